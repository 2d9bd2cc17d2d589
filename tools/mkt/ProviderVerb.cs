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
        var has = Options.Attributes("--attribute", "What this provider says of itself");
        var rpc = Options.Rpc();
        var join = new Command("join", "Connect to an operator and sell")
        {
            url, data, rpc, engine, isEmbedded, price, has, corrupt, seed,
        };
        join.SetAction((parsed, ct) => JoinAsync(
            new Settings(
                new UserFolder(
                    parsed.GetValue(data)!,
                    Options.ReadUrl(parsed.GetValue(url)!),
                    parsed.GetValue(rpc) is { } node ? Options.ReadUrl(node) : null),
                parsed.GetValue(engine),
                parsed.GetValue(isEmbedded),
                Options.ReadPrice("--price", parsed.GetValue(price)!),
                parsed.GetValue(corrupt),
                parsed.GetValue(seed))
            {
                Attributes = Options.ReadAttributes("--attribute", parsed.GetValue(has)!),
            },
            ct));
        return new Command("provider", "Sell inference") { join, SettleVerb.Make() };
    }

    private static async Task<int> JoinAsync(Settings settings, CancellationToken ct)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            stopping.Cancel();
        });
        var key = settings.Folder.Key("provider");
        using var chain = await settings.Folder.MeetOperatorAsync(ct);
        var contract = await chain.ContractAsync(ct);
        var id = await RegisterAsync(settings.Folder.Path, chain, contract, key, ct);

        // The engine knows how long silence may last; an answer may take longer than any timeout of the whole.
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var engine = await ChooseAsync(settings, http, ct);
        foreach (var model in await engine.ListModelsAsync(ct))
        {
            Screen.Show(
                $"sells   {model.Model}   class {model.DeterminismClass}   ask {settings.Price} per Mtok",
                new { model.Model, model.DeterminismClass, askMicro = settings.Price.MicroPerMillionUnits });
        }

        await using var database = OpenDatabase(settings.Folder.Path);
        using var loggers = LoggerFactory.Create(
            logging => logging.AddSimpleConsole(console => console.SingleLine = true));
        var logger = loggers.CreateLogger<ProviderAgent>();
        using var agent = new ProviderAgent(
            new ProviderOptions
            {
                Operator = settings.Folder.Operator,
                ProviderId = id,
                Price = settings.Price,
                Attributes = settings.Attributes,
                CorruptPerMille = settings.Corrupt,
                CorruptSeed = settings.CorruptSeed,
            },
            key,
            engine,
            new ProviderJournal(database),
            new StatementKeeper(id, contract, new StatementStore(database), TimeProvider.System, logger),
            new ProviderSurroundings(TimeProvider.System, RandomNumberGenerator.GetBytes, logger));
        await agent.RunAsync(stopping.Token);
        return ExitCodes.Ok;
    }

    private static async Task<ProviderId> RegisterAsync(
        string folder, ChainAccess chain, IEscrowContract contract, PrivateKey key, CancellationToken ct)
    {
        if (await IdInAsync(folder, ct) is { } known
            && await contract.ProviderAsync(known, null, ct) is { } entry && entry.Signer == key.Address)
        {
            return known;
        }

        Screen.Say("Registering on chain (once), then waiting until it is final");
        var events = await chain.SendAsync(
            key, contract.RegisterProvider(key.Address, key.Address, key.Address), TimeProvider.System, ct);
        var id = events.OfType<ProviderRegistered>().Single().ProviderId;
        await File.WriteAllTextAsync(IdFileIn(folder), $"{id}", ct);
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

    /// <exception cref="UsageException">The folder is no provider's.</exception>
    public static async Task<ProviderId> RegisteredIdAsync(string folder, CancellationToken ct) =>
        await IdInAsync(folder, ct)
        ?? throw new UsageException($"No provider in {folder}: mkt provider join URL --data {folder}");

    public static Database OpenDatabase(string folder) =>
        Database.Open(Path.Combine(folder, "provider.db"), MigrationSet.Provider);

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
        UserFolder Folder, string? Engine, bool IsEmbedded, UnitPrice Price, int Corrupt, int CorruptSeed)
    {
        public IReadOnlyList<NamedValues> Attributes { get; init; } = [];
    }
}
