using Marketplace.Matching;

namespace Marketplace.Bench;

/// <summary>
/// The workloads, each from a fixed seed. W1 to W3 follow those on which other engines publish figures: Liquibook's
/// adds, exchange-core's mix of moves, and a deep book.
/// </summary>
public static class Workloads
{
    private const int Mid = 100_000;
    private const int Users = 1000;

    public static IReadOnlyList<string> Names { get; } = ["W1", "W2", "W3", "W4", "W5", "W6", "K3"];

    /// <summary>How many messages a workload has unless it is told otherwise.</summary>
    public static int UsualMessages(string name) => name switch
    {
        "W1" or "W3" => 5_000_000,
        "W2" => 3_000_000,
        "W4" or "W5" or "W6" => 1_000_000,
        "K3" => 400_000,
        _ => throw new ArgumentException($"There is no workload {name}."),
    };

    public static Workload Make(string name, int messages) => name switch
    {
        "W1" => Adds(messages),
        "W2" => Moves(messages),
        "W3" => Deep(messages),
        "W4" => Compute(messages),
        "W5" => Avalanche(messages),
        "W6" => ExpiryStorm(messages),
        "K3" => Triples(messages),
        _ => throw new ArgumentException($"There is no workload {name}."),
    };

    // Adds only, the sides in turn, ten ticks a side of which six overlap.
    private static Workload Adds(int messages)
    {
        var made = new Generator(seed: 1, Users);
        made.EndSetUp();
        for (var i = 0; i < messages; i++)
        {
            var side = (Side)(i & 1);
            var tick = Mid + made.Next(10) + (side == Side.Ask ? 4 : 0);
            made.Place(side, tick, 100 + made.Next(901));
        }

        return made.Finish("W1");
    }

    // About 1,000 orders over some 750 ticks: 82 % moves, 9 % new, 3 % immediate, 6 % cancels.
    private static Workload Moves(int messages)
    {
        var made = new Generator(seed: 2, Users);
        while (made.Live.Count < 1000)
        {
            PlaceNear(made, (Side)made.Next(2), TimeInForce.GoodTillCancelled);
        }

        made.EndSetUp();
        while (made.Messages < messages)
        {
            var draw = made.Next(100);
            if (draw < 82)
            {
                var order = made.Live[made.Next(made.Live.Count)];
                var view = made.View(order);
                var tick = NearTick(made, order.Side);
                made.Amend(order, tick == view.Tick ? tick + 1 : tick, view.Open);
            }
            else if (draw < 85)
            {
                PlaceNear(made, (Side)made.Next(2), TimeInForce.ImmediateOrCancel);
            }
            else if (made.Live.Count < 950 || draw < 94 && made.Live.Count < 1050)
            {
                PlaceNear(made, (Side)made.Next(2), TimeInForce.GoodTillCancelled);
            }
            else
            {
                made.Cancel(made.Live[made.Next(made.Live.Count)]);
            }
        }

        return made.Finish("W2");
    }

    private static void PlaceNear(Generator made, Side side, TimeInForce term)
    {
        var crossing = term == TimeInForce.ImmediateOrCancel ? 12 : 0;
        var tick = NearTick(made, side) + (side == Side.Bid ? crossing : -crossing);
        made.Place(side, tick, 1 + made.Next(100), term);
    }

    private static int NearTick(Generator made, Side side)
    {
        var distance = made.Next(375) - 11;
        return side == Side.Bid ? Mid - distance : Mid + distance;
    }

    // 100,000 orders over 4,096 ticks: 50 % new, 45 % cancels, 5 % immediate orders that sweep.
    private static Workload Deep(int messages)
    {
        var made = new Generator(seed: 3, Users);
        while (made.Live.Count < 100_000)
        {
            PlaceDeep(made);
        }

        made.EndSetUp();
        while (made.Messages < messages)
        {
            var draw = made.Next(100);
            if (draw < 5)
            {
                var side = (Side)made.Next(2);
                var tick = side == Side.Bid ? Mid + 2048 : Mid - 2048;
                made.Place(side, tick, 1 + made.Next(120), TimeInForce.ImmediateOrCancel);
            }
            else if (draw < 55)
            {
                PlaceDeep(made);
            }
            else
            {
                made.Cancel(made.Live[made.Next(made.Live.Count)]);
            }
        }

        return made.Finish("W3");
    }

    private static void PlaceDeep(Generator made)
    {
        var side = (Side)made.Next(2);
        var distance = 1 + made.Next(2047);
        made.Place(side, side == Side.Bid ? Mid - distance : Mid + distance, 1 + made.Next(100));
    }

    // One immediate order that sweeps 50,000, again and again.
    private static Workload Avalanche(int messages)
    {
        const int depth = 50_000;
        var made = new Generator(seed: 5, Users);
        made.EndSetUp();
        while (made.Messages < messages)
        {
            for (var i = 0; i < depth; i++)
            {
                made.Place(Side.Ask, Mid + made.Next(4096), 10);
            }

            made.Place(Side.Bid, Mid + 4096, 10L * depth, TimeInForce.ImmediateOrCancel);
        }

        return made.Finish("W5");
    }

    private static Workload Compute(int messages) => ComputeWorkloads.Mix(messages);

    private static Workload ExpiryStorm(int messages) => ComputeWorkloads.ExpiryStorm(messages);

    private static Workload Triples(int messages) => ComputeWorkloads.Triples(messages);
}
