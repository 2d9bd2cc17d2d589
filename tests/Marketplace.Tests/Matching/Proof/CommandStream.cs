using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>A command; of a cancel or an amend the order number, since each book has its own handles.</summary>
internal readonly record struct StreamCommand(MatchCommand Command, long TargetNo);

/// <summary>
/// A random stream of commands on empty books: few ticks, accounts and units, so that most commands meet something,
/// and now and then nonsense. The same seed gives the same stream on every machine. A stream opens three markets: 1
/// is continuous, 2 is a batch market, 3 has prices that hardly fit an amount.
/// </summary>
internal sealed partial class CommandStream
{
    private const long Epoch = 1_700_000_000_000;

    private readonly SplitMix64 random;
    private readonly List<StreamCommand> commands = [];
    private readonly List<(long No, ushort Market, uint Account)> placed = [];
    private readonly int accounts;
    private readonly int ticks;
    private readonly int legsPercent;
    private readonly int minimumPercent;
    private readonly int signatures;
    private readonly long tickSize;
    private long time = Epoch;

    private CommandStream(ulong seed)
    {
        random = new SplitMix64(SplitMix64.Mix(seed));
        accounts = 3 + random.Below(8);
        ticks = 1 + random.Below(9);
        legsPercent = random.Pick(0, 10, 30);
        minimumPercent = random.Pick(0, 10, 40);
        signatures = random.Pick(1, 1, 3, 6);
        tickSize = random.Pick(1L, 333_333, 1_000_000, 12_345_678);
    }

    public static List<StreamCommand> Of(ulong seed)
    {
        var stream = new CommandStream(seed);
        stream.SetUp();
        var length = 200 + stream.random.Below(4_000);
        while (stream.commands.Count < length)
        {
            stream.AddCommand();
        }

        return stream.commands;
    }

    private void SetUp()
    {
        OpenMarket(1, MarketMode.Continuous, tickSize);
        OpenMarket(2, MarketMode.Batch, tickSize);
        OpenMarket(3, MarketMode.Continuous, 1_000_000_000_000);
        for (var account = 0; account < accounts; account++)
        {
            OpenAccount((uint)account);
            Money(CommandKind.Fund, (uint)account, random.Chance(20) ? random.Below(200) : 1_000_000_000_000);
        }

        for (var signature = 1; signature < signatures; signature++)
        {
            DefineSignature(Side.Bid, signature);
            DefineSignature(Side.Ask, signature);
        }
    }

    private void AddCommand()
    {
        time += random.Chance(60) ? 0 : random.Below(800);
        var lot = random.Below(1_000);
        if (lot < 640)
        {
            Place();
        }
        else if (lot < 740)
        {
            Cancel();
        }
        else if (lot < 850)
        {
            Amend();
        }
        else if (lot < 860)
        {
            TakeLeg();
        }
        else if (lot < 890)
        {
            Add(new MatchCommand { Kind = CommandKind.Tick });
        }
        else if (lot < 915)
        {
            Add(Clear());
        }
        else
        {
            AddMoneyOrSetUp(lot);
        }
    }

    private void AddMoneyOrSetUp(int lot)
    {
        var account = AnyAccount();
        if (lot < 950)
        {
            Money(CommandKind.EndEscrow, account, AnyAmount());
        }
        else if (lot < 965)
        {
            Money(CommandKind.Fund, account, AnyAmount());
        }
        else if (lot < 980)
        {
            Money(CommandKind.Withdraw, account, AnyAmount());
        }
        else if (lot < 985)
        {
            OpenAccount((uint)random.Below(accounts + 2));
        }
        else if (lot < 990)
        {
            OpenMarket(random.Pick<ushort>(1, 2, 3, 4, 4_095, 4_096), (MarketMode)random.Below(3), random.Below(3));
        }
        else if (lot < 997)
        {
            DefineSignature((Side)random.Below(2), random.Below(signatures + 2));
        }
        else
        {
            Add(new MatchCommand { Kind = random.Pick((CommandKind)0, (CommandKind)13, (CommandKind)255) });
        }
    }

    private MatchCommand Clear()
    {
        var clear = new MatchCommand { Kind = CommandKind.Clear, Market = random.Pick<ushort>(2, 2, 2, 2, 2, 2, 1, 9) };
        (clear.SeedLow, clear.SeedHigh) = (random.Next(), random.Next());
        return clear;
    }

    private void Money(CommandKind kind, uint account, long amount)
    {
        var money = new MatchCommand { Kind = kind, Account = account, Amount = amount };
        if (kind == CommandKind.EndEscrow)
        {
            money.Paid = random.Chance(5) ? -1 : amount / 2;
            money.Fee = random.Chance(5) ? amount : random.Chance(3) ? long.MaxValue : amount / 10;
        }

        Add(money);
    }

    private void OpenMarket(ushort number, MarketMode mode, long size)
    {
        var market = new MatchCommand { Kind = CommandKind.OpenMarket, Market = number, Mode = mode, TickSize = size };
        market.TakerFeeBps = random.Pick(0, 1, 30, 30, 250, 10_000);
        market.MakerFeeBps = random.Pick(0, 1, 10, 30, 10_000, random.Chance(5) ? -1 : 5);
        if (number == 3)
        {
            (market.TakerFeeBps, market.MakerFeeBps) = (30, 10);
        }

        Add(market);
    }

    private void OpenAccount(uint number) => Add(new MatchCommand
    {
        Kind = CommandKind.OpenAccount,
        Account = number,
        OwnerGroup = (uint)random.Below(accounts),
        Domain = (uint)random.Below(accounts),
    });

    private void DefineSignature(Side side, int number) => Add(new MatchCommand
    {
        Kind = CommandKind.DefineSignature,
        Market = random.Chance(4) ? (ushort)random.Below(6) : (ushort)1,
        Signature = (ushort)number,
        Side = side,
        Required = AnyMask(25),
        Capability = AnyMask(75),
    });

    private AttributeMask AnyMask(int percent) => new(Bit(percent, 0), Bit(percent, 0) | Bit(percent, 63));

    private ulong Bit(int percent, int place) => random.Chance(percent) ? 1UL << place : 0;

    /// <summary>Bids reach up and asks reach down, so that about half of them cross.</summary>
    private int AnyTick(Side side) => 10 + random.Below(ticks) + random.Below(3) * (side == Side.Bid ? 1 : -1);

    private long AnyAmount() => random.Chance(3) ? random.Pick(-1L, long.MaxValue, long.MinValue)
        : random.Below((int)Math.Min(10_000_000, 1 + 60 * tickSize / 1_000_000));

    private uint AnyAccount() => (uint)random.Below(random.Chance(3) ? accounts + 3 : accounts);

    /// <summary>Every second number: the one before it is for a tick that comes first.</summary>
    private long NextNo => 2 * commands.Count + 2;

    private void Add(MatchCommand command, long targetNo = 0)
    {
        (command.Seq, command.TimeMilliseconds) = (NextNo, time);
        commands.Add(new StreamCommand(command, targetNo));
    }
}
