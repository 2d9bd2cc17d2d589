namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>A clock that stands until it is moved. Delays end at once; what recurs comes when told.</summary>
internal sealed class BookClock : TimeProvider
{
    private readonly List<Action> periodic = [];

    public DateTimeOffset Now { get; set; } = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    public override DateTimeOffset GetUtcNow() => Now;

    /// <summary>Moves the clock and lets the second pass for all who wait for one.</summary>
    public void Tick(DateTimeOffset now)
    {
        Now = now;
        periodic.ForEach(callback => callback());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (period == Timeout.InfiniteTimeSpan)
        {
            return System.CreateTimer(callback, state, dueTime < TimeSpan.Zero ? dueTime : TimeSpan.Zero, period);
        }

        periodic.Add(() => callback(state));
        return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
