using System.Text.Json;
using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Units;

/// <summary>Units and ids in JSON: bare integers or hex text, and nothing else is read.</summary>
public sealed class UnitJsonTests
{
    private const string Word = "\"0x00000000000000000000000000000000000000000000000000000000000000ff\"";

    private static readonly Gen<long> Count = Gen.Long[0, long.MaxValue];
    private static readonly Gen<uint> Number = Gen.UInt;

    [Fact]
    public void Every_unit_and_id_survives_the_way_through_json() =>
        Gen.Select(Count, Number, Gen.Byte.Array[32]).Sample((count, number, bytes) =>
        {
            Survives(new TokenAmount(count), $"{count}");
            Survives(new UnitPrice(count), $"{count}");
            Survives(new Quantity(count), $"{count}");
            Survives(new BasisPoints((int)(number % 10_001)), $"{number % 10_001}");
            Survives(new BudgetNo(number), $"{number}");
            Survives(new JobNo(number), $"{number}");
            Survives(new ProviderId(number), $"{number}");
            Survives(new OperatorId(number), $"{number}");
            Survives(new MarketId(number), $"{number}");
            Survives(new OrderId(-count), $"{-count}");
            Survives(new JobId(count), $"{count}");
            Survives(new BlockNumber((ulong)count), $"{count}");
            Survives(new Hash32(bytes), $"\"{new Hash32(bytes)}\"");
            Survives(new EthAddress(bytes.AsSpan(12)), $"\"{new EthAddress(bytes.AsSpan(12))}\"");
            Survives(new AssignmentId(new Hash32(bytes)), $"\"{new Hash32(bytes)}\"");
            Survives(new TxHash(new Hash32(bytes)), $"\"{new Hash32(bytes)}\"");
        });

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("\"1\"")]
    [InlineData("9223372036854775808")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData(Word)]
    public void An_amount_is_read_from_an_integer_alone(string json)
    {
        Refuses<TokenAmount>(json);
        Refuses<UnitPrice>(json);
        Refuses<Quantity>(json);
        Refuses<BasisPoints>(json);
        Refuses<BudgetNo>(json);
        Refuses<ProviderId>(json);
        Refuses<BlockNumber>(json);
    }

    [Fact]
    public void A_number_beyond_its_range_is_refused()
    {
        Refuses<BasisPoints>("10001");
        Refuses<BasisPoints>("4294967297");
        Refuses<BudgetNo>("4294967296");
        Refuses<MarketId>("4294967296");
    }

    [Theory]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("\"0xff\"")]
    [InlineData("{}")]
    public void A_hash_is_read_from_whole_hex_text_alone(string json)
    {
        Refuses<Hash32>(json);
        Refuses<EthAddress>(json);
        Refuses<AssignmentId>(json);
        Refuses<TxHash>(json);
    }

    [Fact]
    public void A_height_that_json_cannot_carry_as_an_integer_is_not_written_wrongly() =>
        FluentActions.Invoking(() => JsonSerializer.Serialize(new BlockNumber(ulong.MaxValue)))
            .Should().Throw<OverflowException>();

    private static void Survives<T>(T value, string json)
    {
        JsonSerializer.Serialize(value).Should().Be(json);
        JsonSerializer.Deserialize<T>(json).Should().Be(value);
    }

    private static void Refuses<T>(string json) =>
        FluentActions.Invoking(() => JsonSerializer.Deserialize<T>(json))
            .Should().Throw<JsonException>($"{json} is no {typeof(T).Name}");
}
