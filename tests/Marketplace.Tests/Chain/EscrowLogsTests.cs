using System.Text.Json;
using CsCheck;
using FluentAssertions;
using Marketplace.Chain;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Chain;

public sealed class EscrowLogsTests
{
    private const string Settled = "StatementSettled(uint32,uint256,bytes32)";

    private static readonly EthAddress Buyer = new((byte[])[1, .. new byte[19]]);
    private static readonly Hash32 Root = Keccak256.Hash("root");
    private static readonly LogPosition At =
        new(new BlockNumber(7), Keccak256.Hash("block"), 3, new TxHash(Keccak256.Hash("tx")));

    [Fact]
    public void A_deposit_is_read_from_its_topic_and_its_data() =>
        Read(Log("Deposited(address,address,uint256)", [Buyer.ToWord()], new AbiWriter().Address(Buyer).UInt(5ul)))
            .Should().Be(new Deposited(At, Buyer, Buyer, new TokenAmount(5)));

    [Fact]
    public void An_opened_budget_is_read_member_by_member()
    {
        var data = new AbiWriter().Address(Buyer).UInt(4ul).UInt(1_000ul).UInt(99ul).UInt(500ul).Hash(Root);

        Read(Log(
                "BudgetOpened(uint32,address,address,uint32,uint80,uint40,uint16,bytes32)",
                [Eip712.Word(2), Buyer.ToWord()],
                data))
            .Should().Be(new BudgetOpened(
                At,
                new BudgetNo(2),
                Buyer,
                Buyer,
                new OperatorId(4),
                new TokenAmount(1_000),
                99,
                new BasisPoints(500),
                Root));
    }

    [Fact]
    public void The_packed_numbers_of_a_statement_are_taken_apart() =>
        Gen.Select(Gen.UInt, Gen.UInt, Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue]).Sample(
            (from, through, total, fee) =>
            {
                var packed = ((System.Numerics.BigInteger)from << 176) | ((System.Numerics.BigInteger)through << 144)
                    | ((System.Numerics.BigInteger)total << 64) | fee;
                var log = Log(Settled, [Eip712.Word(9)], new AbiWriter().UInt(packed).Hash(Root));
                return Read(log) == new StatementSettled(
                    At, new BudgetNo(9), from, through, new TokenAmount(total), new TokenAmount(fee), Root);
            });

    [Fact]
    public void A_batch_keeps_its_payload_byte_for_byte()
    {
        byte[] payload = [.. Enumerable.Range(0, 77).Select(index => (byte)index)];
        var log = Log(
            "BatchSettled(uint32,bytes32,bytes)", [Eip712.Word(1)], new AbiWriter().Hash(Root).Bytes(payload));

        var batch = Read(log).Should().BeOfType<BatchSettled>().Subject;

        batch.Payload.Should().Equal(payload);
        batch.Acc.Should().Be(Root);
    }

    [Fact]
    public void A_settled_ticket_is_read_member_by_member()
    {
        var data = new AbiWriter().UInt(12ul).UInt(3ul).UInt(4ul).Hash(Root).UInt(1_500ul).UInt(75ul);

        Read(Log("TicketSettled(uint32,uint32,uint32,uint32,bytes32,uint40,uint40)", [Eip712.Word(9)], data))
            .Should().Be(new TicketSettled(
                At,
                new BudgetNo(9),
                new JobNo(12),
                new ProviderId(3),
                new OperatorId(4),
                new AssignmentId(Root),
                new TokenAmount(1_500),
                new TokenAmount(75)));
    }

    [Fact]
    public void Ticket_rows_are_kept_byte_for_byte()
    {
        byte[] rows = [.. Enumerable.Range(0, 259).Select(index => (byte)(index % 251))];
        var log = Log("TicketsSettled(bytes32,bytes)", [], new AbiWriter().Hash(Root).Bytes(rows));

        var tickets = Read(log).Should().BeOfType<TicketsSettled>().Subject;

        tickets.Rows.Should().Equal(rows);
        tickets.Acc.Should().Be(Root);
    }

    [Fact]
    public void A_skip_has_one_of_six_reasons()
    {
        for (var reason = 1ul; reason <= 6; reason++)
        {
            Read(Log("TicketSkipped(uint32,uint32,uint8)", [Eip712.Word(1)], new AbiWriter().UInt(2ul).UInt(reason)))
                .Should().Be(new TicketSkipped(At, new BudgetNo(1), new JobNo(2), (SkipReason)reason));
        }

        Reading(Log("TicketSkipped(uint32,uint32,uint8)", [Eip712.Word(1)], new AbiWriter().UInt(2ul).UInt(0ul)));
        Reading(Log("TicketSkipped(uint32,uint32,uint8)", [Eip712.Word(1)], new AbiWriter().UInt(2ul).UInt(7ul)));
    }

    [Fact]
    public void Changes_of_keys_and_payouts_are_read()
    {
        var (provider, op, one) = (new ProviderId(1), new OperatorId(1), Eip712.Word(1));

        Read(Log("SignerSet(uint32,address)", [one], new AbiWriter().Address(Buyer)))
            .Should().Be(new SignerSet(At, provider, Buyer));
        Read(Log("PayoutProposed(uint32,address,uint40)", [one], new AbiWriter().Address(Buyer).UInt(99ul)))
            .Should().Be(new PayoutProposed(At, provider, Buyer, 99));
        Read(Log("PayoutSet(uint32,address)", [one], new AbiWriter().Address(Buyer)))
            .Should().Be(new PayoutSet(At, provider, Buyer));
        Read(Log("CosignerProposed(uint32,address,uint40)", [one], new AbiWriter().Address(Buyer).UInt(99ul)))
            .Should().Be(new CosignerProposed(At, op, Buyer, 99));
        Read(Log("CosignerSet(uint32,address)", [one], new AbiWriter().Address(Buyer)))
            .Should().Be(new CosignerSet(At, op, Buyer));
        Read(Log("CosignerRevoked(uint32,address)", [one], new AbiWriter().Address(Buyer)))
            .Should().Be(new CosignerRevoked(At, op, Buyer));
        Read(Log("NonceCancelled(address,uint256)", [Buyer.ToWord()], new AbiWriter().Hash(Root)))
            .Should().Be(new NonceCancelled(At, Buyer, Words.ToUnsigned(Root)));
    }

    [Fact]
    public void The_events_that_are_known_are_those_of_the_escrow_and_its_registry() =>
        EscrowLogs.Known.Should().BeEquivalentTo(
            EventsOf(ContractArtifact.MarketEscrow).Concat(EventsOf(ContractArtifact.MarketRegistry)));

    [Fact]
    public void A_log_of_an_unknown_event_is_a_fault_and_not_left_out() =>
        Reading(Log("Rescued(uint32,uint256)", [Eip712.Word(1)], new AbiWriter().UInt(1ul)));

    [Fact]
    public void A_log_with_a_topic_too_few_or_too_many_is_a_fault()
    {
        Reading(Log(Settled, [], new AbiWriter().UInt(1ul).Hash(Root)));
        Reading(Log(Settled, [Eip712.Word(1), Root], new AbiWriter().UInt(1ul).Hash(Root)));
    }

    [Fact]
    public void A_log_with_data_too_short_too_long_or_out_of_range_is_a_fault()
    {
        Reading(Log(Settled, [Eip712.Word(1)], new AbiWriter().UInt(1ul)));
        Reading(Log(Settled, [Eip712.Word(1)], new AbiWriter().UInt(1ul).Hash(Root).UInt(0ul)));
        Reading(Log(Settled, [Eip712.Word(1)], new AbiWriter().Hash(Root).Hash(Root)));
        Reading(Log(Settled, [Eip712.Word(1UL << 32)], new AbiWriter().UInt(1ul).Hash(Root)));
        Reading(Log("Credited(uint32,uint256)", [Eip712.Word(1)], new AbiWriter().UInt(1UL << 63)));
        Reading(Log("StatementSkipped(uint32,uint8)", [Eip712.Word(1)], new AbiWriter().UInt(256ul)));
    }

    private static IEnumerable<(string Signature, int IndexedCount)> EventsOf(ContractArtifact contract)
    {
        using var abi = JsonDocument.Parse(contract.AbiJson);
        return [.. abi.RootElement.EnumerateArray()
            .Where(item => item.GetProperty("type").GetString() == "event")
            .Select(ShapeOf)];
    }

    private static (string Signature, int IndexedCount) ShapeOf(JsonElement item)
    {
        var inputs = item.GetProperty("inputs").EnumerateArray().ToList();
        var types = inputs.Select(input => input.GetProperty("type").GetString());
        return (
            $"{item.GetProperty("name").GetString()}({string.Join(',', types)})",
            inputs.Count(input => input.GetProperty("indexed").GetBoolean()));
    }

    private static EscrowEvent Read(ChainLogEntry log) => EscrowLogs.Read([log]).Single();

    private static void Reading(ChainLogEntry log) =>
        FluentActions.Invoking(() => EscrowLogs.Read([log])).Should().Throw<ChainFaultException>();

    private static ChainLogEntry Log(string signature, Hash32[] indexed, AbiWriter data) => new(
        default,
        [Abi.EventTopic(signature), .. indexed],
        data.ToArray(),
        At.Block, At.BlockHash, At.TxHash, At.LogIndex);
}
