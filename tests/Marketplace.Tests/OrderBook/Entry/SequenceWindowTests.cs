using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook.Entry;

public sealed class SequenceWindowTests
{
    private static readonly long[] Edges =
        [-1_025, -1_024, -1_023, 1_023, 1_024, 1_025, 1_087, 1_088, 1_089, 5_000];

    // Steps that stay, creep, leave the window at its very edge, and jump beyond the ring; few fingerprints, so that
    // both the same and another order come again.
    private static readonly Gen<(long Step, ulong Fingerprint)[]> Streams = Gen.Select(
        Gen.OneOf(
            Gen.Long[-1_030, 3],
            Gen.Long[-5, 70],
            Gen.Int[0, 9].Select(index => Edges[index])),
        Gen.ULong[0, 2]).Array[0, 300];

    [Fact]
    public void A_window_knows_of_its_numbers_what_a_set_of_all_of_them_knows() => Streams.Sample(stream =>
    {
        var window = new SequenceWindow();
        var all = new Dictionary<ulong, (ulong Fingerprint, EntryAnswer Answer)>();
        foreach (var ((step, fingerprint), index) in stream.Select((step, index) => (step, index)))
        {
            var number = (ulong)Math.Max(1, (long)window.Highest + step);
            var expected = Expected(all, number, fingerprint, out var first);

            window.Look(number, fingerprint, out var answer).Should().Be(expected);
            answer.Should().Be(first);
            if (expected == SequenceState.Fresh)
            {
                all[number] = (fingerprint, AnswerOf(index));
                window.Remember(number, fingerprint, AnswerOf(index));
            }
        }

        window.Highest.Should().Be(all.Count == 0 ? 0 : all.Keys.Max());
    }, iter: 500);

    [Fact]
    public void The_window_is_1024_wide_and_not_one_more()
    {
        var window = new SequenceWindow();
        window.Remember(1, 5, AnswerOf(1));
        window.Remember(1_024, 5, AnswerOf(2));

        window.Look(1, 5, out var answer).Should().Be(SequenceState.Repeated);
        answer.Should().Be(AnswerOf(1));
        window.Remember(1_025, 5, AnswerOf(3));
        window.Look(1, 5, out _).Should().Be(SequenceState.TooOld);
        window.Look(2, 5, out _).Should().Be(SequenceState.Fresh);
    }

    [Fact]
    public void The_last_number_there_is_can_be_used()
    {
        var windows = new SequenceWindows();

        windows.Of(1).Remember(ulong.MaxValue, 5, AnswerOf(1));

        windows.Of(1).Look(ulong.MaxValue, 5, out _).Should().Be(SequenceState.Repeated);
        windows.Of(1).Look(ulong.MaxValue - 1_023, 5, out _).Should().Be(SequenceState.Fresh);
        windows.Of(1).Look(ulong.MaxValue - 1_024, 5, out _).Should().Be(SequenceState.TooOld);
        SequenceWindows.Load(windows.Save()).Save().Should().Equal(windows.Save());
    }

    [Fact]
    public void A_number_is_answered_once()
    {
        var window = new SequenceWindow();
        window.Remember(7, 5, AnswerOf(1));

        var again = () => window.Remember(7, 5, AnswerOf(2));

        again.Should().Throw<InvariantViolationException>();
    }

    [Fact]
    public void Windows_that_were_saved_and_loaded_go_on_as_if_they_had_not_been() =>
        Gen.Select(Streams, Streams).Sample((before, after) =>
        {
            var windows = new SequenceWindows();
            Run(windows, before, seed: 0);

            var loaded = SequenceWindows.Load(windows.Save());

            loaded.Hash().Should().Equal(windows.Hash());
            Run(loaded, after, seed: 1_000).Should().Equal(Run(windows, after, seed: 1_000));
            loaded.Save().Should().Equal(windows.Save());
        }, iter: 200);

    [Fact]
    public void The_hash_tells_any_two_states_apart_and_the_way_to_a_state_does_not_count()
    {
        Func<SequenceWindows>[] states =
        [
            () => new SequenceWindows(),
            () => With((1, 1, 5, AnswerOf(1))),
            () => With((2, 1, 5, AnswerOf(1))),
            () => With((1, 2, 5, AnswerOf(1))),
            () => With((1, 1, 6, AnswerOf(1))),
            () => With((1, 1, 5, AnswerOf(2))),
            () => With((1, 1, 5, AnswerOf(1) with { Order = default })),
            () => With((1, 1, 5, AnswerOf(1) with { Refusal = EntryRefusal.BudgetUsedUp })),
            () => With((1, 1, 5, AnswerOf(1) with { BookRefusal = MatchRefusal.WouldTrade })),
        ];

        states.Select(state => Hex.Encode(state().Hash())).Should().OnlyHaveUniqueItems();
        With((2, 1, 5, AnswerOf(1)), (1, 3, 5, AnswerOf(2)), (1, 1, 5, AnswerOf(3))).Hash().Should().Equal(
            With((1, 1, 5, AnswerOf(3)), (1, 3, 5, AnswerOf(2)), (2, 1, 5, AnswerOf(1))).Hash());
    }

    [Fact]
    public void A_snapshot_that_is_cut_or_out_of_order_is_not_loaded()
    {
        var windows = With((1, 1, 5, AnswerOf(1)), (1, 9, 5, AnswerOf(2)), (2, 4, 5, AnswerOf(3)));
        var bytes = windows.Save();
        var firstWindow = With((1, 1, 5, AnswerOf(1)), (1, 9, 5, AnswerOf(2))).Save().Length;

        foreach (var length in Enumerable.Range(1, bytes.Length - 1).Where(length => length != firstWindow))
        {
            Loading(bytes[..length]).Should().Throw<FormatException>($"{length} bytes are not all");
        }

        Loading([.. bytes, .. bytes]).Should().Throw<FormatException>("a session comes once");
        Loading([.. bytes.Select((value, index) => index == 4 ? (byte)8 : value)])
            .Should().Throw<FormatException>("a row is above the highest number");
        Loading([.. bytes.Select((value, index) => index == 5 ? (byte)8 : value)])
            .Should().Throw<FormatException>("a row is below the window");
        Loading([.. bytes.Select((value, index) => index == 16 ? (byte)9 : value)])
            .Should().Throw<FormatException>("rows ascend");
    }

    private static Action Loading(byte[] bytes) => () => SequenceWindows.Load(bytes);

    private static SequenceState Expected(
        Dictionary<ulong, (ulong Fingerprint, EntryAnswer Answer)> all,
        ulong number,
        ulong fingerprint,
        out EntryAnswer first)
    {
        first = default;
        if (all.Count > 0 && number + 1_024 <= all.Keys.Max())
        {
            return SequenceState.TooOld;
        }

        if (!all.TryGetValue(number, out var used))
        {
            return SequenceState.Fresh;
        }

        first = used.Fingerprint == fingerprint ? used.Answer : default;
        return used.Fingerprint == fingerprint ? SequenceState.Repeated : SequenceState.Reused;
    }

    private static List<(SequenceState, EntryAnswer)> Run(
        SequenceWindows windows, (long Step, ulong Fingerprint)[] stream, int seed)
    {
        var seen = new List<(SequenceState, EntryAnswer)>();
        foreach (var ((step, fingerprint), index) in stream.Select((step, index) => (step, index)))
        {
            var window = windows.Of((uint)(index % 3));
            var number = (ulong)Math.Max(1, (long)window.Highest + step);
            var state = window.Look(number, fingerprint, out var answer);
            seen.Add((state, answer));
            if (state == SequenceState.Fresh)
            {
                window.Remember(number, fingerprint, AnswerOf(seed + index));
            }
        }

        return seen;
    }

    private static SequenceWindows With(
        params (uint Session, ulong Number, ulong Fingerprint, EntryAnswer Answer)[] rows)
    {
        var windows = new SequenceWindows();
        foreach (var (session, number, fingerprint, answer) in rows)
        {
            windows.Of(session).Remember(number, fingerprint, answer);
        }

        return windows;
    }

    private static EntryAnswer AnswerOf(int index) => new(index, new OrderHandle(3, 1, (uint)index));
}
