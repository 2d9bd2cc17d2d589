using FluentAssertions;
using Marketplace.Matching;
using Marketplace.OrderBook.PublicLog;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>The public log's file over the lives of its process.</summary>
public sealed class PublicLogFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("mkt-public-");

    private string Log => Path.Combine(folder.FullName, "public.log");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void The_next_life_goes_on_with_the_same_root_as_if_there_had_been_one()
    {
        var whole = Write(Log + ".whole", 1, 2, 3, 4);
        Write(Log, 1, 2);

        Write(Log, 1, 2, 3, 4).Should().Be(whole);

        File.ReadAllBytes(Log).Should().Equal(File.ReadAllBytes(Log + ".whole"));
    }

    [Fact]
    public void What_a_crash_cut_off_comes_again_from_the_journal()
    {
        var whole = Write(Log, 1, 2, 3);
        var bytes = File.ReadAllBytes(Log);
        File.WriteAllBytes(Log, bytes[..^10]);

        Write(Log, 1, 2, 3).Should().Be(whole);

        File.ReadAllBytes(Log).Should().Equal(bytes);
    }

    [Fact]
    public void A_record_that_the_journal_does_not_have_stops_the_start()
    {
        Write(Log, 1, 2, 3);

        FluentActions.Invoking(() => Write(Log, 1, 9, 3))
            .Should().Throw<PublicLogDiffersException>().Which.Record.Should().Be(1);
    }

    [Fact]
    public void Nothing_is_named_to_others_before_it_is_on_disk()
    {
        using var log = PublicLogFile.Open(Log);
        log.Add(Command(1));
        log.Flushed.Count.Should().Be(0);

        log.Flush();

        log.Flushed.Count.Should().Be(1);
        new FileInfo(Log).Length.Should().Be(PublicRecord.Length);
    }

    private static PublicHead Write(string path, params int[] numbers)
    {
        using var log = PublicLogFile.Open(path);
        foreach (var number in numbers)
        {
            log.Add(Command(number));
        }

        log.Flush();
        return log.Flushed;
    }

    private static MatchCommand Command(int number) =>
        new() { Seq = number, Kind = CommandKind.Fund, Amount = number };
}
