using FluentAssertions;
using Marketplace.Storage;
using Xunit;

namespace Marketplace.ScenarioTests.Storage;

public sealed class MigrationTests
{
    private const string Tables = "SELECT name FROM sqlite_schema WHERE type = 'table'";

    [Fact]
    public async Task A_second_start_applies_nothing_and_keeps_what_is_stored()
    {
        using var file = new DatabaseFile();
        await using (var first = file.Open())
        {
            await first.WriteAsync((c, t) => Markers.AddAsync(c, t, "kept"), CancellationToken.None);
        }

        await using var second = file.Open();

        (await second.ReadMarkersAsync()).Should().Equal("kept");
    }

    /// <summary>The file remembers another text for a migration, as it would if the text had been edited.</summary>
    [Fact]
    public async Task An_old_migration_that_was_edited_stops_the_start()
    {
        using var file = new DatabaseFile();
        await file.Open().DisposeAsync();
        file.Execute("UPDATE migration SET checksum = 'of an earlier text' WHERE name LIKE '0002_%'");

        var start = () => file.Open();

        start.Should().Throw<MigrationFailedException>()
            .WithInnerException<MigrationMismatchException>().WithMessage("*0002_settlement.sql*");
    }

    [Fact]
    public async Task A_database_of_a_newer_program_stops_the_start()
    {
        using var file = new DatabaseFile();
        await file.Open().DisposeAsync();
        file.Execute("INSERT INTO migration (name, checksum) VALUES ('9999_future.sql', 'unknown')");

        var start = () => file.Open();

        start.Should().Throw<MigrationFailedException>()
            .WithInnerException<MigrationMismatchException>().WithMessage("*9999_future.sql*");
    }

    [Fact]
    public void A_migration_that_fails_leaves_nothing_of_itself_or_of_those_before_it()
    {
        using var file = new DatabaseFile();
        file.Execute("CREATE TABLE bid (id INTEGER)"); // stands in the way of 0004_entry.sql

        var start = () => file.Open();

        start.Should().Throw<MigrationFailedException>().WithMessage($"*{file.Path}*");
        file.Read(Tables).Should().Equal("bid");
    }

    [Fact]
    public async Task Two_processes_that_start_together_migrate_once()
    {
        using var file = new DatabaseFile();

        using var gate = new Barrier(4);
        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                gate.SignalAndWait();
                return file.Open();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        file.Read("SELECT name FROM migration").Should().OnlyHaveUniqueItems().And.HaveCountGreaterThanOrEqualTo(5);
        foreach (var database in opened)
        {
            await database.DisposeAsync();
        }
    }
}
