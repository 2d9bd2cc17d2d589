using CsCheck;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;

namespace Marketplace.Tests.OrderBook;

/// <summary>
/// Random streams of commands: two budgets, three providers, few ids, prices and sizes, so that ids are repeated,
/// budgets run dry, and jobs are ended twice and otherwise.
/// </summary>
internal static class BookStreams
{
    private static readonly Gen<BudgetNo> Budgets = Gen.UInt[1, 2].Select(number => new BudgetNo(number));
    private static readonly Gen<ProviderId> Providers = Gen.UInt[1, 3].Select(number => new ProviderId(number));
    private static readonly Gen<MarketId> Markets = Gen.UInt[1, 2].Select(number => new MarketId(number));
    private static readonly Gen<long> Numbers = Gen.Long[1, 40];
    private static readonly Gen<TokenAmount> Amounts = Gen.Long[0, 40].Select(micro => new TokenAmount(micro));

    private static readonly Gen<BookCommand> Openings = Gen.Select(Budgets, Gen.Long[0, 200], Gen.Long[0, 20])
        .Select((budget, cap, spent) => (BookCommand)new OpenBudget(
            budget,
            BookWorld.Address((byte)budget.Value),
            BookWorld.Address(9),
            new TokenAmount(cap),
            new TokenAmount(spent),
            new BasisPoints(1_000),
            BookWorld.Start.AddSeconds(50)));

    private static readonly Gen<BookCommand> Bids = Gen.Select(
        Gen.Select(Markets, Budgets, Gen.Int[1, 12]),
        Gen.Select(Gen.Long[0, 6], Gen.Long[1, 9], Gen.Int[0, 3]),
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 60], Gen.Int[0, 1_100]))
        .Select((who, what, how) => (BookCommand)new PlaceBid(
            who.Item1,
            who.Item2,
            $"b{who.Item3}",
            new UnitPrice(what.Item1 * 700_001),
            new Quantity(what.Item2),
            what.Item3,
            IsWhole: true,
            how.Item1 switch { 0 => TimeInForce.ImmediateOrCancel, 1 => TimeInForce.GoodTillTime, _ => default },
            how.Item1 == 1 ? BookWorld.Start.AddSeconds(how.Item2) : null,
            how.Item3 < 1_000 ? BookWorld.Fee : new BasisPoints(how.Item3),
            default)
        {
            Signature = new SignatureView(new AttributeMask((ulong)(what.Item3 % 2), 0), default),
        });

    // Provider 3 belongs to the owner of provider 2.
    private static readonly Gen<BookCommand> Asks =
        Gen.Select(Markets, Providers, Gen.Long[0, 6], Gen.Long[1, 20], Gen.Int[1, 4])
            .Select((market, provider, price, units, id) => (BookCommand)new PlaceAsk(
                market,
                provider,
                BookWorld.Address((byte)(100 + Math.Min(2, provider.Value))),
                new UnitPrice(price * 700_001),
                new Quantity(units),
                $"a{id}")
            {
                Signature = new SignatureView(default, new AttributeMask((ulong)(units % 4), 0)),
            });

    private static readonly Gen<BookCommand> Others = Gen.OneOf(
        Budgets.Select(budget => (BookCommand)new CloseBudget(budget)),
        Gen.Select(Numbers, Budgets).Select((n, by) => (BookCommand)new CancelBid(new OrderId(n), by)),
        Gen.Select(Numbers, Providers).Select((n, by) => (BookCommand)new CancelAsk(new OrderId(n), by)),
        Providers.Select(provider => (BookCommand)new CancelAsksOf(provider)),
        Gen.Select(Budgets, Amounts, Gen.Int[1, 9])
            .Select((budget, amount, fact) => (BookCommand)new SettledOnChain(budget, amount, $"f{fact}")));

    private static readonly Gen<BookCommand> OfJobs = Gen.OneOf(
        Gen.Select(Numbers, Gen.Int[1, 4], Providers)
            .Select((n, leg, not) => (BookCommand)new AddLeg(new JobId(n), leg, [not])),
        Gen.Select(Numbers, Amounts, Amounts)
            .Select((n, paid, fee) => (BookCommand)new CompleteJob(new JobId(n), paid, fee)),
        Numbers.Select(n => (BookCommand)new ReleaseJob(new JobId(n))));

    /// <summary>Commands, each with the seconds since the one before; markets and budgets mostly come first.</summary>
    public static Gen<(int Seconds, BookCommand Command)[]> All { get; } = Gen.Select(
        Openings.Array[2, 4],
        Gen.Select(Gen.Int[0, 2], Gen.Frequency((10, Bids), (6, Asks), (8, OfJobs), (3, Others), (1, Openings)))
            .Array[0, 80])
        .Select((openings, rest) =>
            OpenMarkets.Concat(openings.Select(opening => (0, opening))).Concat(rest).ToArray());

    private static IEnumerable<(int Seconds, BookCommand Command)> OpenMarkets =>
        [(0, new OpenMarket(new MarketId(1), BookWorld.Fee)), (0, new OpenMarket(new MarketId(2), BookWorld.Fee))];

    /// <summary>Takes a command as the loop does: what has expired is ended first.</summary>
    public static Result<BookOutcome, BookRefusal> Take(BookWorld world, (int Seconds, BookCommand Command) step)
    {
        world.Now = world.Now.AddSeconds(step.Seconds);
        if (world.Engine.HasExpired(world.Now))
        {
            world.Apply(new Expire(world.Now));
        }

        return world.Apply(step.Command);
    }
}
