using System.Text.Json;
using System.Text.Json.Serialization;
using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>
/// One line of a scenario file. A file's first line says what it shows; a line with <c>scenario</c> begins a case on a
/// fresh market 1 and fresh accounts 0 and up; then every line is one command with its outcome or a look at the book.
/// A command without <c>refused</c> and <c>then</c> is accepted and nothing happens, but that an order rests whole.
/// </summary>
internal sealed record ScenarioLine
{
    public string? Shows { get; init; }

    /// <summary>The case's name; <see cref="TickSize"/> to <see cref="Funds"/> are its setting.</summary>
    public string? Scenario { get; init; }

    /// <summary>With 1,000,000 an order costs its tick times its quantity.</summary>
    public long TickSize { get; init; } = 1_000_000;

    public int TakerBps { get; init; }

    public int MakerBps { get; init; }

    public byte Mode { get; init; }

    /// <summary>The owner groups of the accounts 0 and up; none opens neither accounts nor the market.</summary>
    public uint[] Groups { get; init; } = [0, 1, 2, 3, 4, 5];

    /// <summary>Their domains; without, every account is its own.</summary>
    public uint[]? Domains { get; init; }

    public long Funds { get; init; } = 1_000_000;

    /// <summary>The label of a new bid; <see cref="By"/> to <see cref="TermsBit7"/> are its terms.</summary>
    public string? Bid { get; init; }

    public string? Ask { get; init; }

    /// <summary>The account. Of a cancel and an amend the placer's unless given.</summary>
    public uint? By { get; init; }

    public int At { get; init; }

    public long For { get; init; }

    public string Tif { get; init; } = "gtc";

    public uint Expiry { get; init; }

    public uint Minimum { get; init; }

    public byte Legs { get; init; }

    public ushort Signature { get; init; }

    public SelfTradeRule Self { get; init; }

    public bool PostOnly { get; init; }

    public bool EscrowsLimit { get; init; }

    public bool TermsBit7 { get; init; }

    public ushort Market { get; init; } = 1;

    public string? Cancel { get; init; }

    public string? Amend { get; init; }

    /// <summary>The ask that sells one more leg, by then of account `by`.</summary>
    public string? Leg { get; init; }

    /// <summary>Seconds: the engine's time from here on.</summary>
    public uint? Time { get; init; }

    public uint? Tick { get; init; }

    /// <summary>The seed, low word first.</summary>
    public ulong[]? Clear { get; init; }

    public ushort? OpenMarket { get; init; }

    /// <summary>The number of a signature, of <see cref="Side"/>.</summary>
    public ushort? Define { get; init; }

    public Side Side { get; init; }

    /// <summary>The low and, if there are two, the high word.</summary>
    public ulong[] Required { get; init; } = [0];

    public ulong[] Capability { get; init; } = [0];

    public uint? OpenAccount { get; init; }

    public uint? Fund { get; init; }

    public uint? Withdraw { get; init; }

    public uint? EndEscrow { get; init; }

    public long Amount { get; init; }

    public long Paid { get; init; }

    public long Fee { get; init; }

    /// <summary>A command of this kind, whatever it is.</summary>
    public byte? Kind { get; init; }

    public string? Refused { get; init; }

    public string[]? Then { get; init; }

    /// <summary>Bids | asks, best first, each order with its label and what is open.</summary>
    public string? Book { get; init; }

    /// <summary>Bids | asks, best first, the quantity at each tick; replicas counted.</summary>
    public string? Depth { get; init; }

    /// <summary>An account's number, then free, held, in escrow, paid, fees.</summary>
    public long[]? Pockets { get; init; }
}

/// <summary>A case: its setting and its lines.</summary>
internal sealed record ScenarioCase(string File, ScenarioLine Setting, IReadOnlyList<ScenarioLine> Lines)
{
    private static readonly JsonSerializerOptions Strict = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <exception cref="JsonException">A line is no JSON or has a member that a line has not.</exception>
    public static ScenarioLine Parse(string line) => JsonSerializer.Deserialize<ScenarioLine>(line, Strict)!;

    /// <exception cref="InvalidDataException">A file does not begin as it must.</exception>
    public static IEnumerable<ScenarioCase> Read(string file, TextReader reader)
    {
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToList();
        if (lines.Count == 0 || lines[0].Shows is null || lines.Count > 1 && lines[1].Scenario is null)
        {
            throw new InvalidDataException($"{file} does not say first what it shows and then begin a case.");
        }

        for (var start = 1; start < lines.Count;)
        {
            var next = lines.FindIndex(start + 1, line => line.Scenario is not null);
            var end = next < 0 ? lines.Count : next;
            yield return new ScenarioCase(file, lines[start], lines[(start + 1)..end]);
            start = end;
        }
    }
}
