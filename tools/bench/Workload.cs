using Marketplace.Matching;

namespace Marketplace.Bench;

/// <summary>A stream of commands with all handles resolved, so that a run is nothing but the engine's work.</summary>
/// <param name="SetUp">Opens the market and fills the book; not measured.</param>
/// <param name="Messages">What is measured.</param>
/// <param name="PeakOrders">The most orders that were in the book at once.</param>
public sealed record Workload(string Name, MatchCommand[] SetUp, MatchCommand[] Messages, int PeakOrders)
{
    /// <summary>An engine that has room for all and has done the set-up.</summary>
    public MatchingEngine Prepare()
    {
        var engine = new MatchingEngine(new EngineOptions(Accounts: 4096, OrdersPerMarket: PeakOrders + 2));
        var events = new MatchEvents();
        foreach (ref readonly var command in SetUp.AsSpan())
        {
            events.Clear();
            engine.Apply(command, events);
        }

        return engine;
    }
}
