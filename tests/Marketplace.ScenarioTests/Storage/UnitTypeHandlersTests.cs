using CsCheck;
using Dapper;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Storage;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Marketplace.ScenarioTests.Storage;

/// <summary>A unit that went into the database comes out of it as it was, whatever its size.</summary>
/// <remarks>One thread each, for a connection serves one at a time.</remarks>
public sealed class UnitTypeHandlersTests : IDisposable
{
    private static readonly Gen<Hash32> Hashes = Gen.Byte.Array[Hash32.Length].Select(bytes => new Hash32(bytes));

    private readonly SqliteConnection connection = new("Data Source=:memory:");

    public UnitTypeHandlersTests()
    {
        UnitTypeHandlers.Register();
        connection.Open();
    }

    public void Dispose() => connection.Dispose();

    [Fact]
    public void Amounts_prices_and_numbers_are_integers() =>
        Gen.Select(Gen.Long[0, long.MaxValue], Gen.UInt, Gen.Int[0, 10_000], Gen.Long[0, 253_402_300_799_999])
            .Sample((wide, number, points, milliseconds) =>
            {
                ComesBack(new TokenAmount(wide), "integer");
                ComesBack(new UnitPrice(wide), "integer");
                ComesBack(new Quantity(wide), "integer");
                ComesBack(new BasisPoints(points), "integer");
                ComesBack(new BudgetNo(number), "integer");
                ComesBack(new JobNo(number), "integer");
                ComesBack(new ProviderId(number), "integer");
                ComesBack(new OperatorId(number), "integer");
                ComesBack(new MarketId(number), "integer");
                ComesBack(new OrderId(wide), "integer");
                ComesBack(new JobId(wide), "integer");
                ComesBack(new BlockNumber((ulong)wide), "integer");
                ComesBack(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), "integer");
            }, iter: 100, threads: 1);

    [Fact]
    public void Hashes_and_addresses_are_bytes() =>
        Gen.Select(Hashes, Gen.Byte.Array[EthAddress.Length]).Sample((hash, address) =>
        {
            ComesBack(hash, "blob");
            ComesBack(new TxHash(hash), "blob");
            ComesBack(new AssignmentId(hash), "blob");
            ComesBack(new EthAddress(address), "blob");
        }, iter: 100, threads: 1);

    [Fact]
    public void The_widest_amounts_come_back()
    {
        ComesBack(new TokenAmount(long.MaxValue), "integer");
        ComesBack(new BudgetNo(uint.MaxValue), "integer");
        ComesBack(new BlockNumber(long.MaxValue), "integer");
    }

    [Fact]
    public void A_block_that_no_integer_holds_is_refused_rather_than_stored_as_another()
    {
        var store = () => ComesBack(new BlockNumber(ulong.MaxValue), "integer");

        store.Should().Throw<OverflowException>();
    }

    [Fact]
    public void An_amount_that_is_none_is_refused_when_it_is_read()
    {
        var read = () => connection.QuerySingle<Row<TokenAmount>>("SELECT -1 AS Value, 'integer' AS Type");

        read.Should().Throw<Exception>();
    }

    [Fact]
    public void Nothing_stays_nothing() =>
        connection.QuerySingle<Row<TxHash?>>("SELECT NULL AS Value, 'null' AS Type").Value.Should().BeNull();

    private void ComesBack<T>(T value, string type) =>
        connection.QuerySingle<Row<T>>("SELECT @value AS Value, typeof(@value) AS Type", new { value })
            .Should().Be(new Row<T> { Value = value, Type = type });

    private sealed record Row<T>
    {
        public required T Value { get; init; }

        public required string Type { get; init; }
    }
}
