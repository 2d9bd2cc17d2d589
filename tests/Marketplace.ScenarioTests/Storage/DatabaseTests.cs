using Dapper;
using FluentAssertions;
using Xunit;

namespace Marketplace.ScenarioTests.Storage;

public sealed class DatabaseTests
{
    [Fact]
    public async Task A_write_that_throws_leaves_nothing_and_frees_the_writer()
    {
        using var file = new DatabaseFile();
        await using var database = file.Open();

        var write = () => database.WriteAsync(
            async (connection, transaction) =>
            {
                await Markers.AddAsync(connection, transaction, "half");
                throw new TimeoutException("in the middle");
            },
            CancellationToken.None);

        await write.Should().ThrowAsync<TimeoutException>();
        await database.WriteAsync((c, t) => Markers.AddAsync(c, t, "next"), CancellationToken.None);
        (await database.ReadMarkersAsync()).Should().Equal("next");
    }

    [Fact]
    public async Task A_second_write_begins_when_the_first_has_ended()
    {
        using var file = new DatabaseFile();
        await using var database = file.Open();
        var entered = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        var order = new List<string>();

        var first = database.WriteAsync(
            async (_, _) =>
            {
                order.Add("first begins");
                entered.SetResult();
                await mayEnd.Task;
                order.Add("first ends");
            },
            CancellationToken.None);
        await entered.Task;
        var second = database.WriteAsync(
            (_, _) =>
            {
                order.Add("second");
                return Task.CompletedTask;
            },
            CancellationToken.None);
        second.IsCompleted.Should().BeFalse();
        mayEnd.SetResult();
        await Task.WhenAll(first, second);

        order.Should().Equal("first begins", "first ends", "second");
    }

    [Fact]
    public async Task Of_many_writers_none_loses_its_addition()
    {
        using var file = new DatabaseFile();
        await using var database = file.Open();
        await database.WriteAsync((c, t) => Markers.AddAsync(c, t, "sum"), CancellationToken.None);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => database.WriteAsync(
            async (connection, transaction) =>
            {
                var sum = await connection.ExecuteScalarAsync<long>(
                    "SELECT fact_id FROM fact_cursor", transaction: transaction);
                await connection.ExecuteAsync(
                    "UPDATE fact_cursor SET fact_id = @sum + 1", new { sum }, transaction);
            },
            CancellationToken.None))));

        file.Read("SELECT fact_id FROM fact_cursor").Should().Equal("51");
    }

    [Fact]
    public async Task A_reader_sees_the_state_before_an_unfinished_write()
    {
        using var file = new DatabaseFile();
        await using var database = file.Open();
        var entered = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();

        var write = database.WriteAsync(
            async (connection, transaction) =>
            {
                await Markers.AddAsync(connection, transaction, "new");
                entered.SetResult();
                await mayEnd.Task;
            },
            CancellationToken.None);
        await entered.Task;
        var during = await database.ReadMarkersAsync();
        mayEnd.SetResult();
        await write;

        during.Should().BeEmpty();
        (await database.ReadMarkersAsync()).Should().Equal("new");
    }

    [Fact]
    public async Task A_writer_that_is_cancelled_while_it_waits_writes_nothing()
    {
        using var file = new DatabaseFile();
        await using var database = file.Open();
        var mayEnd = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        var first = database.WriteAsync((_, _) => mayEnd.Task, CancellationToken.None);
        var second = () => database.WriteAsync((c, t) => Markers.AddAsync(c, t, "late"), stop.Token);

        var waiting = second();
        await stop.CancelAsync();

        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<OperationCanceledException>();
        mayEnd.SetResult();
        await first;
        (await database.ReadMarkersAsync()).Should().BeEmpty();
    }
}
