using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Inference;
using Marketplace.Kernel;
using Marketplace.Provider;
using Marketplace.Storage;

namespace Marketplace.Cli;

/// <summary><c>mkt provider join URL</c>: sell with the engine that runs here already, or the demo model.</summary>
public static class ProviderVerb
{
    private static readonly TimeSpan GivenPatience = TimeSpan.FromSeconds(10);

    public static Command Make()
    {
        var url = new Argument<string>("url") { Description = "The operator" };
        var data = Options.Data("data/provider");
        var engine = new Option<string?>("--engine")
        {
            Description = "An OpenAI-compatible server; without it the usual ports are tried",
        };
        var isEmbedded = new Option<bool>("--embedded")
        {
            Description = "Run the demo model without looking for engines",
        };
        var price = new Option<string>("--price")
        {
            Description = "The ask: tokens per million tokens of output",
            DefaultValueFactory = _ => "0.1",
        };
        var corrupt = new Option<int>("--corrupt")
        {
            Description = "Test aid: change so many of 1,000 answers on purpose",
        };
        var seed = new Option<int>("--corrupt-seed") { Description = "Test aid: which answers are changed" };
        var join = new Command("join", "Connect to an operator and sell")
        {
            url, data, engine, isEmbedded, price, corrupt, seed,
        };
        join.SetAction((parsed, ct) => JoinAsync(
            new Settings(
                Options.ReadUrl(parsed.GetValue(url)!),
                parsed.GetValue(data)!,
                parsed.GetValue(engine),
                parsed.GetValue(isEmbedded),
                Options.ReadPrice("--price", parsed.GetValue(price)!),
                parsed.GetValue(corrupt),
                parsed.GetValue(seed)),
            ct));
        return new Command("provider", "Sell inference") { join };
    }

    private static async Task<int> JoinAsync(Settings settings, CancellationToken ct)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            stopping.Cancel();
        });
        var key = new Wallet(Path.Combine(settings.Data, "keys")).Open("provider");
        using var chain = await ChainAccess.OfOperatorAsync(settings.Operator, ct);
        var id = await RegisterAsync(settings, chain, key, ct);

        // The engine knows how long silence may last; an answer may take longer than any timeout of the whole.
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var engine = await ChooseAsync(settings, http, ct);
        foreach (var model in await engine.ListModelsAsync(ct))
        {
            Screen.Show(
                $"sells   {model.Model}   class {model.DeterminismClass}   ask {settings.Price} per Mtok",
                new { model.Model, model.DeterminismClass, askMicro = settings.Price.MicroPerMillionUnits });
        }

        await using var database = Database.Open(Path.Combine(settings.Data, "provider.db"), MigrationSet.Provider);
        using var loggers = LoggerFactory.Create(
            logging => logging.AddSimpleConsole(console => console.SingleLine = true));
        using var agent = new ProviderAgent(
            new ProviderOptions
            {
                Operator = settings.Operator,
                ProviderId = id,
                Price = settings.Price,
                CorruptPerMille = settings.Corrupt,
                CorruptSeed = settings.CorruptSeed,
            },
            key,
            engine,
            new ProviderJournal(database),
            new ProviderSurroundings(
                TimeProvider.System, RandomNumberGenerator.GetBytes, loggers.CreateLogger<ProviderAgent>()));
        await agent.RunAsync(stopping.Token);
        return ExitCodes.Ok;
    }

    private static async Task<ProviderId> RegisterAsync(
        Settings settings, ChainAccess chain, PrivateKey key, CancellationToken ct)
    {
        var contract = await chain.ContractAsync(ct);
        if (await IdInAsync(settings.Data, ct) is { } known
            && await contract.ProviderAsync(known, null, ct) is { } entry && entry.Signer == key.Address)
        {
            return known;
        }

        Screen.Say("Registering on chain (once), then waiting until it is final");
        var events = await chain.SendAsync(
            key, contract.RegisterProvider(key.Address, key.Address, key.Address), TimeProvider.System, ct);
        var id = events.OfType<ProviderRegistered>().Single().ProviderId;
        await File.WriteAllTextAsync(IdFileIn(settings.Data), $"{id}", ct);
        return id;
    }

    /// <summary>The provider that a folder belongs to, once it is registered.</summary>
    public static async Task<ProviderId?> IdInAsync(string folder, CancellationToken ct) =>
        File.Exists(IdFileIn(folder))
        && uint.TryParse(
            await File.ReadAllTextAsync(IdFileIn(folder), ct),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var id)
            ? new ProviderId(id)
            : null;

    private static string IdFileIn(string folder) => Path.Combine(folder, "provider-id");

    private static async Task<IInferenceEngine> ChooseAsync(Settings settings, HttpClient http, CancellationToken ct)
    {
        if (settings.Engine is { } given)
        {
            var address = Options.ReadUrl(given);
            var named = await EngineProbe.IdentifyAsync(http, address, GivenPatience, TimeProvider.System, ct)
                ?? throw new UsageException($"No engine with a model answers at {given}; is it running?");
            return named.Open(http, TimeProvider.System);
        }

        var found = settings.IsEmbedded
            ? [] : await EngineProbe.FindAsync(
                http, EngineProbe.UsualPlaces, EngineProbe.LocalPatience, TimeProvider.System, ct);
        if (found.Count > 0)
        {
            Screen.Say($"Found {found[0].Server} at {found[0].BaseUri}");
            return found[0].Open(http, TimeProvider.System);
        }

        return new DemoLexiconEngine(LexiconModel.Embedded, threads: 1);
    }

    private sealed record Settings(
        Uri Operator, string Data, string? Engine, bool IsEmbedded, UnitPrice Price, int Corrupt, int CorruptSeed);
}
