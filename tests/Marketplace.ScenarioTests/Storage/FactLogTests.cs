using Dapper;
using FluentAssertions;
using Marketplace.Storage;
using Xunit;

namespace Marketplace.ScenarioTests.Storage;

public sealed class FactLogTests
{
    private const string Consumer = "settlement";

    private static readonly string[] Kinds = ["opened", "ticketed"];

    [Fact]
    public async Task A_consumer_that_dies_before_it_advances_reads_the_fact_again()
    {
        using var file = new DatabaseFile();
        await using (var before = file.Open())
        {
            await AppendAsync(before, "opened", 1);
            (await ReadAsync(before)).Select(fact => fact.Body).Should().Equal("""{"Number":1}""");
        }

        await using var after = file.Open();

        (await ReadAsync(after)).Select(fact => fact.Body).Should().Equal("""{"Number":1}""");
    }

    [Fact]
    public async Task What_was_done_with_a_fact_and_the_cursor_are_stored_together_or_not_at_all()
    {
        using var file = new DatabaseFile();
        await using var database = file.Open();
        await AppendAsync(database, "opened", 1);
        var fact = (await ReadAsync(database)).Single();

        var consume = () => database.WriteAsync(
            async (connection, transaction) =>
            {
                await Markers.AddAsync(connection, transaction, "done");
                await FactLog.AdvanceAsync(connection, transaction, Consumer, fact.Id);
                throw new TimeoutException("before the commit");
            },
            CancellationToken.None);

        await consume.Should().ThrowAsync<TimeoutException>();
        (await ReadAsync(database)).Should().Equal(fact);
        (await database.ReadMarkersAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Facts_come_in_the_order_they_were_written_once_past_the_cursor_and_of_the_kinds_asked_for()
    {
        using var file = new DatabaseFile();
        await using var database = file.Open();
        await AppendAsync(database, "opened", 1);
        await AppendAsync(database, "ignored", 2);
        await AppendAsync(database, "ticketed", 3);
        await AppendAsync(database, "opened", 4);
        var all = await ReadAsync(database);

        await AdvanceAsync(database, Consumer, all[0].Id);

        all.Select(fact => fact.Body).Should().Equal("""{"Number":1}""", """{"Number":3}""", """{"Number":4}""");
        (await ReadAsync(database)).Should().Equal(all.Skip(1));
        (await ReadAsync(database, max: 1)).Should().Equal(all[1]);
    }

    [Fact]
    public async Task Each_consumer_has_a_cursor_of_its_own_that_never_goes_back()
    {
        using var file = new DatabaseFile();
        await using var database = file.Open();
        await AppendAsync(database, "opened", 1);
        await AppendAsync(database, "opened", 2);
        var all = await ReadAsync(database);

        await AdvanceAsync(database, Consumer, all[1].Id);
        await AdvanceAsync(database, Consumer, all[0].Id);

        (await ReadAsync(database)).Should().BeEmpty();
        (await ReadAsync(database, "audit")).Should().Equal(all);
    }

    [Fact]
    public async Task A_fact_whose_state_was_not_stored_never_was()
    {
        using var file = new DatabaseFile();
        await using var database = file.Open();

        var write = () => database.WriteAsync(
            async (connection, transaction) =>
            {
                await FactLog.AppendAsync(
                    connection, transaction, "opened", new { Number = 1 }, DateTimeOffset.UnixEpoch);
                await connection.ExecuteAsync("INSERT INTO nowhere (id) VALUES (1)", transaction: transaction);
            },
            CancellationToken.None);

        await write.Should().ThrowAsync<Exception>().WithMessage("*nowhere*");
        (await ReadAsync(database)).Should().BeEmpty();
    }

    private static Task AppendAsync(Database database, string kind, int number) => database.WriteAsync(
        (connection, transaction) => FactLog.AppendAsync(
            connection, transaction, kind, new { Number = number }, DateTimeOffset.UnixEpoch),
        CancellationToken.None);

    private static Task AdvanceAsync(Database database, string consumer, long id) => database.WriteAsync(
        (connection, transaction) => FactLog.AdvanceAsync(connection, transaction, consumer, id),
        CancellationToken.None);

    private static Task<IReadOnlyList<StoredFact>> ReadAsync(
        Database database, string consumer = Consumer, int max = 10) =>
        new FactLog(database).ReadAsync(consumer, Kinds, max, CancellationToken.None);
}
