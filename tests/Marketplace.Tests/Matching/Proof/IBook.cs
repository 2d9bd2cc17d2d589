using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>What is asked of the engine and of the naive book alike.</summary>
internal interface IBook
{
    int AccountCount { get; }

    MatchRefusal Apply(in MatchCommand command, MatchEvents events);

    bool NeedsTick(long timeMilliseconds);

    AccountView Account(uint account);

    IEnumerable<OrderView> Resting(ushort market, Side side);

    Hash32 StateHash();
}

/// <summary>The engine as a book.</summary>
internal sealed class EngineBook(MatchingEngine engine) : IBook
{
    public MatchingEngine Engine => engine;

    public int AccountCount => engine.AccountCount;

    public MatchRefusal Apply(in MatchCommand command, MatchEvents events) => engine.Apply(command, events);

    public bool NeedsTick(long timeMilliseconds) => engine.NeedsTick(timeMilliseconds);

    public AccountView Account(uint account) => engine.Account(account);

    public IEnumerable<OrderView> Resting(ushort market, Side side)
    {
        var resting = new List<OrderView>();
        foreach (var order in engine.Resting(market, side))
        {
            resting.Add(order);
        }

        return resting;
    }

    public Hash32 StateHash() => engine.StateHash();
}
