using System.Text;
using CsCheck;
using FluentAssertions;
using Marketplace.OrderBook;
using Xunit;

namespace Marketplace.Tests.OrderBook;

/// <summary>A saved book is the lived one for ever after.</summary>
public sealed class BookSaveTests
{
    [Fact]
    public void A_saved_book_goes_on_as_the_one_that_was_not_wherever_it_was_saved() =>
        Gen.Select(BookLives.All, Gen.Int[0, 90].Array[1, 3]).Sample(
            (steps, saves) =>
            {
                var (lived, saved) = (new BookLife(), new BookLife());
                foreach (var (at, step) in steps.Index())
                {
                    if (saves.Contains(at))
                    {
                        saved.World.SaveAndLoad();
                        saved.World.Engine.Digest().Should().Be(lived.World.Engine.Digest());
                    }

                    saved.Take(step).Should().Be(lived.Take(step));
                    saved.World.Engine.Sent.Should().Equal(lived.World.Engine.Sent);
                }

                saved.World.Engine.Digest().Should().Be(lived.World.Engine.Digest());
            },
            iter: 400);

    [Fact]
    public void A_book_that_is_saved_again_at_once_is_written_the_same() => BookLives.All.Sample(
        steps =>
        {
            var life = new BookLife();
            Array.ForEach(steps, step => life.Take(step));
            var before = Written(life.World);

            life.World.SaveAndLoad();

            Written(life.World).Should().Equal(before);
        },
        iter: 100);

    [Fact]
    public void A_copy_has_the_digest_of_its_moment_whatever_the_book_does_meanwhile() => BookLives.All.Sample(
        steps =>
        {
            var life = new BookLife();
            Array.ForEach(steps[..(steps.Length / 2)], step => life.Take(step));
            var digest = life.World.Engine.Digest();
            var image = life.World.Engine.Capture();

            Array.ForEach(steps[(steps.Length / 2)..], step => life.Take(step));

            image.Digest().Should().Be(digest);
        },
        iter: 100);

    [Fact]
    public void What_is_cut_off_or_of_another_version_is_refused()
    {
        var (world, _) = BookWorld.WithJob();
        world.Take(SessionOrders.Of(world.Do(SessionOrders.Opening(1))).Ask(1));
        var written = Written(world);
        var other = Encoding.Latin1.GetBytes(
            Encoding.Latin1.GetString(written).Replace("{\"Version\":1,", "{\"Version\":2,", StringComparison.Ordinal));
        other.Should().NotEqual(written);

        Refused(other);
        Refused([.. written, (byte)'x']);
        for (var length = 0; length < written.Length; length++)
        {
            Refused(written[..length]);
        }

        static void Refused(byte[] bytes) => FluentActions.Invoking(() => BookEngine.Load(new MemoryStream(bytes)))
            .Should().Throw<InvalidDataException>();
    }

    private static byte[] Written(BookWorld world)
    {
        using var target = new MemoryStream();
        world.Engine.Capture().WriteTo(target);
        return target.ToArray();
    }
}
