using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Marketplace.Chain;
using Marketplace.Kernel;

namespace Marketplace.Cli;

/// <summary>The demo did not get where it wanted; the message says where to look.</summary>
public sealed class DemoFailedException(string message) : Exception(message);

/// <summary>
/// A whole market on this machine, every part a process of its own: operator with chain, providers, a buyer's gateway.
/// The demo shows it, and the crash tests kill its parts.
/// </summary>
public sealed class LocalMarket : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SayAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);
    private static readonly Dictionary<string, string> NoEnvironment = [];

    private readonly HttpClient http = new();
    private readonly Dictionary<string, MarketProcess> running = [];

    public LocalMarket(string folder)
    {
        Folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(Folder);
        Url = new Uri($"http://127.0.0.1:{FreePort()}");
        Gateway = new Uri($"http://127.0.0.1:{FreePort()}");
    }

    public string Folder { get; }

    /// <summary>The operator's address; it stays the same when the operator is started again.</summary>
    public Uri Url { get; }

    public Uri Gateway { get; }

    public string Buyer => Path.Combine(Folder, "buyer");

    public string ApiKeyFile => Path.Combine(Buyer, "api-key");

    /// <summary>Starts the operator, again if it ended, and waits until it answers.</summary>
    /// <param name="environment">For crash tests: the fault point and its marker.</param>
    /// <param name="options">Further words of <c>mkt up</c>.</param>
    public async Task StartOperatorAsync(
        IReadOnlyDictionary<string, string>? environment, CancellationToken ct, params string[] options)
    {
        Start(
            "operator",
            environment ?? NoEnvironment,
            ["up", "--data", FolderOf("operator"), "--listen", Root(Url), .. options]);
        await UntilUpAsync("the operator", Url, ct);
    }

    /// <param name="options">Further words of <c>mkt provider join</c>.</param>
    public void StartProvider(int index, string price, params string[] options) =>
        StartProvider(index, price, NoEnvironment, options);

    /// <param name="environment">For crash tests: the fault point and its marker.</param>
    public void StartProvider(
        int index, string price, IReadOnlyDictionary<string, string> environment, params string[] options) => Start(
        NameOf(index),
        environment,
        [
            "provider", "join", Root(Url), "--data", FolderOf(NameOf(index)), "--embedded", "--price", price,
            .. options,
        ]);

    /// <summary>Gives the buyer test tokens, deposits them and opens a budget.</summary>
    public async Task OpenBuyerAsync(TokenAmount deposit, TokenAmount cap, CancellationToken ct)
    {
        var buyer = new UserFolder(Buyer, Url);
        await MoneyVerbs.FaucetAsync(buyer, ct);
        await MoneyVerbs.DepositAsync(buyer, deposit, Wait.Mined, ct);
        await MoneyVerbs.OpenAsync(buyer, cap, ct);
    }

    public async Task StartGatewayAsync(string maxPrice, CancellationToken ct)
    {
        Start(
            "gateway",
            NoEnvironment,
            "gateway", "--operator", Root(Url), "--data", Buyer, "--listen", Root(Gateway), "--max-price", maxPrice);
        await UntilUpAsync("the gateway", Gateway, ct);
    }

    /// <summary>Waits until so many asks are in the book.</summary>
    public Task UntilAsksAsync(int count, CancellationToken ct) => UntilAsync(
        $"{count} providers' asks", StartPatience, async token => await AsksAsync(token) >= count, ct);

    /// <summary>Waits for a condition, with a bound, and says for what. A process that ends ends the wait.</summary>
    /// <exception cref="DemoFailedException">The bound is past, or a process of the market ended.</exception>
    public async Task UntilAsync(
        string what, TimeSpan bound, Func<CancellationToken, Task<bool>> isSo, CancellationToken ct)
    {
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        var hasSaid = false;
        while (!await IsSoAsync(isSo, ct))
        {
            ThrowIfOneEnded();
            var waited = time.GetElapsedTime(started);
            if (waited > bound)
            {
                throw new DemoFailedException(
                    $"Still waiting for {what} after {bound.TotalSeconds} s; logs are in {Folder}");
            }

            if (!hasSaid && waited > SayAfter)
            {
                Screen.Say($"        waiting for {what}");
                hasSaid = true;
            }

            await Task.Delay(Pause, time, ct);
        }
    }

    /// <summary>Does something that the market must outlive: throws as soon as one of its processes ends.</summary>
    public async Task<T> WatchAsync<T>(Task<T> work, CancellationToken ct)
    {
        while (await Task.WhenAny(work, Task.Delay(Pause, TimeProvider.System, ct)) != work)
        {
            ThrowIfOneEnded();
        }

        return await work;
    }

    /// <summary>Kills one process as a power cut would.</summary>
    public async Task KillAsync(string name, CancellationToken ct)
    {
        await running[name].KillAsync(ct);
        await running[name].DisposeAsync();
        running.Remove(name);
    }

    public static string NameOf(int provider) => string.Create(CultureInfo.InvariantCulture, $"provider-{provider}");

    public ProviderId ProviderIdOf(int index) => new(uint.Parse(
        File.ReadAllText(Path.Combine(FolderOf(NameOf(index)), "provider-id")), CultureInfo.InvariantCulture));

    /// <summary>What runs; the embedded chain ends with the operator.</summary>
    public IReadOnlyList<int> ProcessIds => running.Values.Select(process => process.Id).ToList();

    /// <summary>Leaves everything running.</summary>
    public void Detach() => running.Clear();

    public async ValueTask DisposeAsync()
    {
        foreach (var process in running.Values.Reverse())
        {
            await process.DisposeAsync();
        }

        if (running.Count > 0)
        {
            // The embedded chain outlives an operator that was killed.
            await LocalChain.EndAsync(Path.Combine(FolderOf("operator"), "chain"), CancellationToken.None);
        }

        http.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Root(Uri uri) => uri.AbsoluteUri.TrimEnd('/');

    /// <summary>Where a part keeps its keys and its state.</summary>
    public string FolderOf(string name) => Path.Combine(Folder, name);

    private void Start(string name, IReadOnlyDictionary<string, string> environment, params string[] words) =>
        running.Add(name, MarketProcess.Start(name, Path.Combine(Folder, $"{name}.log"), environment, words));

    private Task UntilUpAsync(string what, Uri url, CancellationToken ct) => UntilAsync(
        what,
        StartPatience,
        async token =>
        {
            using var answer = await http.GetAsync(new Uri(url, "/healthz"), token);
            return answer.IsSuccessStatusCode;
        },
        ct);

    private async Task<int> AsksAsync(CancellationToken ct)
    {
        var markets = await http.GetFromJsonAsync<JsonArray>(new Uri(Url, "/v1/markets"), ct);
        return markets!.Sum(entry => entry!["providers"]!.GetValue<int>());
    }

    private static async Task<bool> IsSoAsync(Func<CancellationToken, Task<bool>> isSo, CancellationToken ct)
    {
        try
        {
            return await isSo(ct);
        }
        catch (HttpRequestException)
        {
            return false; // Not up yet, or not up again.
        }
    }

    private void ThrowIfOneEnded()
    {
        if (running.Values.FirstOrDefault(process => process.HasEnded) is { } ended)
        {
            throw new DemoFailedException($"The {ended.Name} ended with {ended.ExitCode}; its log is {ended.LogFile}");
        }
    }
}
