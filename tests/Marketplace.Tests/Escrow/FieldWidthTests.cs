using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Escrow;

/// <summary>Every field of the contract at its limit, and one above it: refused, and never cut.</summary>
public sealed class FieldWidthTests
{
    private const long Most40 = (1L << 40) - 1;

    private static readonly Eip712Domain Domain = EscrowDomain.Of(31_337, default);
    private static readonly EthSignature Signature =
        PrivateKey.FromBytes(Keccak256.Hash("key").ToBytes()).Sign(Keccak256.Hash("digest"));

    private static readonly JobTicket Ticket = new(
        new BudgetNo(uint.MaxValue), new JobNo(uint.MaxValue), new JobNo(uint.MaxValue), new ProviderId((1 << 24) - 1),
        new TokenAmount(Most40), new TokenAmount(Most40), (ulong)Most40, new AssignmentId(Keccak256.Hash("a")),
        Keccak256.Hash("b"), Keccak256.Hash("c"));

    private static readonly CosignedTicket Row = new(Ticket, Signature, new TokenAmount(Most40), Signature);

    private static readonly JobResult Result = new(
        default, new ProviderId(uint.MaxValue), default, default, default, default, uint.MaxValue, uint.MaxValue,
        (ulong)Most40, (ulong)Most40, new UnitPrice(long.MaxValue));

    [Fact]
    public void A_ticket_with_every_field_at_its_limit_is_encoded_whole()
    {
        var bytes = TicketRows.Encode([Row, Row]);

        bytes.Length.Should().Be(2 * TicketRows.RowBytes);
        bytes[..35].Should().AllBeEquivalentTo((byte)0xff);
        bytes[TicketRows.RowBytes..].Should().Equal(bytes[..TicketRows.RowBytes]);
        Ticket.CanEncode.Should().BeTrue();
        Ticket.Digest(Domain).Should().NotBe(TicketRows.CosignDigest(Domain, Ticket, Row.Fee));
    }

    [Fact]
    public void A_ticket_with_a_field_above_its_limit_is_refused()
    {
        var above = new TokenAmount(Most40 + 1);
        JobTicket[] wide =
        [
            Ticket with { Amount = above },
            Ticket with { MaxFee = above },
            Ticket with { Amount = new TokenAmount(long.MaxValue) },
            Ticket with { DeliveredAt = 1UL << 40 },
            Ticket with { DeliveredAt = ulong.MaxValue },
        ];

        foreach (var ticket in wide)
        {
            ticket.CanEncode.Should().BeFalse($"{ticket}");
            Refused(() => ticket.Digest(Domain));
            Refused(() => TicketRows.CosignDigest(Domain, ticket, TokenAmount.Zero));
            Refused(() => TicketRows.Encode([Row with { Ticket = ticket }]));
        }

        Refused(() => TicketRows.Encode([Row with { Fee = above }]));
        Refused(() => TicketRows.CosignDigest(Domain, Ticket, above));
        Refused(() => TicketRows.Encode([Row with { Ticket = Ticket with { ProviderId = new ProviderId(1 << 24) } }]));
        Refused(() => TicketRows.Encode([Row with { Ticket = Ticket with { ProviderId = new ProviderId(0) } }]));
    }

    [Fact]
    public void A_result_takes_any_count_and_price_and_times_of_40_bits()
    {
        Result.CanEncode.Should().BeTrue();
        Result.Digest(Domain).Should().NotBe(default(Hash32));
        JobResult[] late = [Result with { StartedAt = 1UL << 40 }, Result with { FinishedAt = 1UL << 40 }];
        foreach (var result in late)
        {
            result.CanEncode.Should().BeFalse();
            Refused(() => result.Digest(Domain));
        }
    }

    [Fact]
    public void A_statement_takes_any_amount_that_there_is_in_its_wide_fields()
    {
        var most = new TokenAmount(long.MaxValue);
        var statement = new Statement(
            new BudgetNo(uint.MaxValue), uint.MaxValue - 1, uint.MaxValue, most, most, default,
            [new ProviderLine(new ProviderId((1 << 24) - 1), [new TokenAmount(Most40)])]);

        var payload = SettlePayload.Encode(default, [new SignedStatement(statement, Signature)]);

        // u80 fromSpent and u64 fee behind three numbers of 32 bits, which follow the anchor and one listed provider.
        Hex.Encode(payload.AsSpan(37 + 12, 18)).Should().Be("0x00007fffffffffffffff7fffffffffffffff");
    }

    [Fact]
    public void A_payload_lists_as_many_providers_as_16_bits_count()
    {
        SettlePayload.Encode(default, [Over(ushort.MaxValue)])[32..34].Should().Equal(0xff, 0xff);
        Refused(() => SettlePayload.Encode(default, [Over(ushort.MaxValue + 1)]));
    }

    [Fact]
    public void Lines_are_as_long_as_24_bits_count()
    {
        FieldWidth.U24Length((1 << 24) - 1).Should().Be((1 << 24) - 1);
        Refused(() => FieldWidth.U24Length(1 << 24));
        Refused(() => FieldWidth.U24Length(-1));
    }

    private static SignedStatement Over(int providers) => new(
        new Statement(
            new BudgetNo(1), 0, 1, TokenAmount.Zero, TokenAmount.Zero, default,
            [.. Enumerable.Range(1, providers).Select(id => new ProviderLine(new ProviderId((uint)id), [new(1)]))]),
        Signature);

    private static void Refused(Func<object> encode) => encode.Should().Throw<FieldOverflowException>();
}
