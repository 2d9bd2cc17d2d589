using System.Text.Json;
using CsCheck;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Tests.OrderBook;

/// <summary>One step of a book's life: a command, or a bare order of a session.</summary>
/// <param name="Order">Of a session: what it does, its number of its client's, and which price, size or target.</param>
internal sealed record LifeStep(int Seconds, BookCommand? Command, (int Kind, uint Session, ulong Seq, int What) Order);

/// <summary>
/// A book as its writer leads it, with commands and bare orders mixed. Which sessions there are, and which orders they
/// have, it learns from the book's answers alone.
/// </summary>
internal sealed class BookLife
{
    private readonly Dictionary<uint, SessionOrders> sessions = [];
    private readonly List<OrderHandle> orders = [];

    public BookWorld World { get; } = BookWorld.Empty();

    /// <returns>Everything that the book said to it.</returns>
    public string Take(LifeStep step)
    {
        World.Now = World.Now.AddSeconds(step.Seconds);
        var expired = World.Engine.HasExpired(World.Now) ? Told(new Expire(World.Now)) : "";
        return expired + (step.Command is { } command ? Told(command) : Told(step.Order));
    }

    private string Told(BookCommand command) => World.Apply(command).Match(
        ok =>
        {
            if (ok.Answer is SessionAnswer opened)
            {
                sessions[opened.Session] = SessionOrders.Of(opened);
            }

            return $"{JsonSerializer.Serialize(ok.Answer)} {ok.HasChanged} {Shown(ok.Events)}";
        },
        refusal => refusal.ToString());

    private string Told((int Kind, uint Session, ulong Seq, int What) order)
    {
        var session = sessions.GetValueOrDefault(order.Session) ?? new SessionOrders(order.Session, 1);
        var outcome = World.Take(OrderOf(session, order));
        if (outcome.Answer.Order.Raw != 0)
        {
            orders.Add(outcome.Answer.Order);
        }

        return $"{outcome.Answer} {outcome.HasChanged} {Shown(outcome.Events)}";
    }

    private OutgoingOrder OrderOf(SessionOrders session, (int Kind, uint Session, ulong Seq, int What) order)
    {
        var target = orders.Count == 0 ? new OrderHandle(0, 1, 1) : orders[order.What % orders.Count];
        return order.Kind switch
        {
            0 => new(session.Cancel(order.Seq, target)),
            1 => new(session.Amend(order.Seq, target, TickOf(order.What), order.What + 1)),
            2 => new(session.Ask(order.Seq, TickOf(order.What), order.What) with
            {
                TimeInForce = TimeInForce.GoodTillTime,
                ExpirySeconds = (uint)BookWorld.Start.AddSeconds(order.What).ToUnixTimeSeconds(),
            }),
            3 => session.Bid(order.Seq, $"s{order.What}"),
            _ => new(session.Ask(order.Seq, TickOf(order.What), order.What)),
        };
    }

    private static int TickOf(int what) => what % 6 * 70_000;

    private static string Shown(IEnumerable<BookEvent> events) =>
        string.Join(' ', events.Select(happened => JsonSerializer.Serialize<object>(happened)));
}

/// <summary>
/// Random lives: the commands of <see cref="BookStreams"/>, and sessions that open, pause, end and order.
/// </summary>
internal static class BookLives
{
    private static readonly Gen<LifeStep> Openings = Gen.Select(Gen.UInt[1, 4], Gen.ULong[1, 3]).Select((who, nonce) =>
        Commanded(who < 4 ? ProvidersOpening(who, nonce) : BuyersOpening(nonce)));

    private static readonly Gen<LifeStep> Endings = Gen.OneOf(
        Gen.UInt[1, 5].Select(session => Commanded(new EndSession(session))),
        Gen.UInt[1, 3].Select(provider => Commanded(new CancelAsksOf(new ProviderId(provider)))));

    // A number far ahead now and then, so that earlier ones fall out of the window.
    private static readonly Gen<LifeStep> Orders = Gen.Select(
        Gen.Int[0, 5],
        Gen.UInt[1, 4],
        Gen.Frequency((9, Gen.ULong[1, 15]), (1, Gen.ULong[1_020, 1_040])),
        Gen.Int[0, 20]).Select((kind, session, seq, what) => new LifeStep(0, null, (kind, session, seq, what)));

    public static Gen<LifeStep[]> All { get; } = Gen.Select(
        BookStreams.All.Select(stream => stream.Select(step => new LifeStep(step.Seconds, step.Command, default))),
        Gen.Frequency((3, Openings), (1, Endings), (12, Orders)).Array[0, 60],
        Gen.Int[0, 90].Array[60])
        .Select((commands, others, places) => Mixed([.. commands], others, places));

    private static LifeStep[] Mixed(List<LifeStep> steps, LifeStep[] others, int[] places)
    {
        foreach (var (index, other) in others.Index())
        {
            // Behind the two markets that every stream opens first.
            steps.Insert(Math.Min(steps.Count, 2 + places[index]), other);
        }

        return [.. steps];
    }

    private static LifeStep Commanded(BookCommand command) => new(0, command, default);

    // Provider 3 belongs to the owner of provider 2, as in the streams.
    private static OpenSession ProvidersOpening(uint provider, ulong nonce) => new(
        SessionOrders.Grant(provider, nonce), BookWorld.Address((byte)(100 + Math.Min(2, provider))));

    private static OpenSession BuyersOpening(ulong nonce)
    {
        var opening = SessionOrders.BuyersOpening(nonce);
        return new OpenSession(opening.Grant with { Number = 1 }, BookWorld.Address(1));
    }
}
