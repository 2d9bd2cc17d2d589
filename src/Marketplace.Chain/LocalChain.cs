using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>
/// The embedded chain: anvil with a block a second and finality two blocks behind the head. It outlives its operator, so
/// that an operator that was killed finds the chain as it would find any other.
/// </summary>
public sealed class LocalChain : IDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Process process;

    private LocalChain(Process process, Uri endpoint)
    {
        this.process = process;
        Endpoint = endpoint;
    }

    public Uri Endpoint { get; }

    public int ProcessId => process.Id;

    /// <summary>Starts anvil, or finds the one that an earlier life of the operator left running.</summary>
    /// <param name="root">A folder at or above which <c>node_modules</c> holds anvil; otherwise it must be on the path.</param>
    public static async Task<LocalChain> StartAsync(string root, string directory, TimeProvider time, CancellationToken ct)
    {
        Directory.CreateDirectory(directory);
        var marker = Path.Combine(directory, "anvil.pid");
        if (await FindRunningAsync(marker, ct) is { } running)
        {
            return running;
        }

        var port = FreePort();
        var start = new ProcessStartInfo(FindAnvil(root)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])
            [
                "--block-time", "1", "--slots-in-an-epoch", "1", "--host", "127.0.0.1", "--silent",
                "--port", port.ToString(CultureInfo.InvariantCulture),
                "--state", Path.Combine(directory, "chain.json"), "--state-interval", "2",
            ])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("anvil did not start.");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var chain = new LocalChain(process, new Uri($"http://127.0.0.1:{port}"));
        await chain.WaitAsync(time, ct);
        await File.WriteAllTextAsync(marker, $"{process.Id} {port}", ct);
        return chain;
    }

    /// <summary>Gives an account gas. Only a local chain can.</summary>
    public static async Task FundGasAsync(JsonRpcClient rpc, EthAddress account, CancellationToken ct) =>
        await rpc.CallAsync("anvil_setBalance", [account.ToString(), "0x3635c9adc5dea00000"], ct);

    public void Stop()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    public void Dispose() => process.Dispose();

    private static async Task<LocalChain?> FindRunningAsync(string marker, CancellationToken ct)
    {
        if (!File.Exists(marker) || (await File.ReadAllTextAsync(marker, ct)).Split(' ') is not [var pid, var port])
        {
            return null;
        }

        try
        {
            var process = Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture));
            var chain = new LocalChain(process, new Uri($"http://127.0.0.1:{port}"));
            return process.ProcessName.Contains("anvil", StringComparison.Ordinal) && await chain.AnswersAsync(ct) ? chain : null;
        }
        catch (ArgumentException)
        {
            return null; // No process has that id any more.
        }
    }

    private static string FindAnvil(string root)
    {
        var platform = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-amd64";
        for (var folder = new DirectoryInfo(root); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(
                folder.FullName, "node_modules", "@foundry-rs", $"anvil-{platform}", "bin", "anvil");
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        return "anvil";
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task WaitAsync(TimeProvider time, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (!await AnswersAsync(ct))
        {
            if (process.HasExited || time.GetElapsedTime(started) > StartPatience)
            {
                throw new InvalidOperationException("anvil did not answer: is npm's @foundry-rs/anvil installed? (npm ci)");
            }

            await Task.Delay(Pause, time, ct);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken ct)
    {
        using var http = new HttpClient();
        try
        {
            await new EthereumClient(new JsonRpcClient(http, Endpoint, TimeSpan.FromSeconds(2))).ChainIdAsync(ct);
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }
}
