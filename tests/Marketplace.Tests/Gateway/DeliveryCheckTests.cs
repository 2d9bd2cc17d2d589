using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Gateway;
using Marketplace.Inference;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Marketplace.Tests.Execution;
using Xunit;

namespace Marketplace.Tests.Gateway;

public sealed class DeliveryCheckTests
{
    private static readonly UnitPrice Limit = new(200_000_000);
    private static readonly InferenceResult Answer = new("Four.", [7, 8, 9], FinishReason.Stop, 40, 3);
    private static readonly byte[] Canonical = CanonicalText.Encode(Answer);

    private static readonly JobRequest Request =
        new(50, [new JobMessage("Two and two?", "user")], "m", 0, [], 0, 1_000);

    private static readonly Ordered Order = new(
        new BidFrame(
            "order", "m", Limit, new Quantity(100), 2, 2, new BasisPoints(500), Request.Encode(), false, 0),
        new BasisPoints(2_500));

    private static readonly Dictionary<ProviderId, EthAddress> Signers =
        Enumerable.Range(1, 3)
            .ToDictionary(leg => new ProviderId((uint)leg + 10), leg => Samples.SignerOf(leg).Address);

    [Fact]
    public void What_was_ordered_is_paid_to_each_agreeing_leg_at_its_own_price()
    {
        var cheap = Leg(2, result => result with { Price = new UnitPrice(100_000_000) });

        var (legs, fault) = Check(Leg(1), cheap);

        fault.Should().BeEmpty();
        legs!.Select(leg => (leg.Amount.Micro, leg.Fee.Micro)).Should().Equal((2_600, 130), (1_300, 65));
    }

    [Fact]
    public void Fewer_providers_than_the_quorum_are_refused()
    {
        FaultOf(Leg(1)).Should().Contain("agreeing");
        FaultOf(Leg(1), Leg(1)).Should().Contain("agreeing", "one provider counts once");
        FaultOf().Should().Contain("agreeing");
    }

    [Fact]
    public void Bytes_that_are_no_result_are_refused()
    {
        Faulty(delivery => delivery with { Canonical = [] }).Should().Contain("text result");
        Faulty(delivery => delivery with { Canonical = Canonical[..^1] }).Should().NotBeEmpty();
        Faulty(delivery => delivery with { Canonical = [.. Canonical, 0] }).Should().NotBeEmpty();
    }

    [Fact]
    public void Tokens_that_were_counted_and_not_made_are_refused()
    {
        var bytes = CanonicalText.Encode(Answer with { CompletionTokens = 4 });

        FaultOf(bytes, Leg(1, bytes: bytes), Leg(2, bytes: bytes)).Should().Contain("counted");
    }

    [Fact]
    public void Another_answer_than_the_legs_signed_is_refused()
    {
        var other = CanonicalText.Encode(Answer with { Text = "Five." });

        FaultOf(other, Leg(1), Leg(2)).Should().Contain("another result");
        FaultOf(Leg(1), Leg(2, bytes: other)).Should().Contain("another result");
    }

    [Fact]
    public void A_leg_that_its_registered_provider_did_not_sign_is_refused()
    {
        FaultOf(Leg(1), Leg(2) with { ProviderId = new ProviderId(99) }).Should().Contain("did not sign");
        FaultOf(Leg(1), Leg(2) with { ResultSignature = Leg(1).ResultSignature }).Should().Contain("did not sign");
        FaultOf(Leg(1), Leg(2) with { CommitSignature = Leg(1).CommitSignature }).Should().Contain("did not sign");
        FaultOf(Leg(1), Leg(2) with { ResultSignature = Samples.HighS(Leg(2).ResultSignature) })
            .Should().Contain("did not sign");
        FaultOf(Leg(1), Leg(2) with { CommitSignature = new byte[64] }).Should().Contain("did not sign");
        FaultOf(Leg(1), Leg(2) with { CommitSignature = [] }).Should().Contain("did not sign");
        FaultOf(Leg(1), Leg(2, signer: Samples.SignerOf(3))).Should().Contain("did not sign");
    }

    [Fact]
    public void A_result_that_does_not_open_its_commit_is_refused()
    {
        FaultOf(Leg(1), Leg(2, afterCommit: result => result with { Salt = default })).Should().Contain("open");
        FaultOf(Leg(1), Leg(2, result => result with { ProviderId = new ProviderId(11) })).Should().Contain("open");
    }

    [Fact]
    public void An_answer_to_another_request_is_refused() =>
        FaultOf(Leg(1), Leg(2, result => result with { InputHash = default })).Should().Contain("another result");

    [Fact]
    public void Meters_that_disagree_are_refused()
    {
        FaultOf(Leg(1), Leg(2, result => result with { TokensIn = 41 })).Should().Contain("another result");
        FaultOf(Leg(1), Leg(2, result => result with { TokensOut = 2 })).Should().Contain("another result");
    }

    [Fact]
    public void A_price_above_the_cap_or_more_units_than_ordered_are_refused()
    {
        var dear = Leg(2, result => result with { Price = new UnitPrice(Limit.MicroPerMillionUnits + 1) });
        var small = Order with { Bid = Order.Bid with { PerLeg = new Quantity(12) } };

        FaultOf(Leg(1), dear).Should().Contain("more than was ordered");
        DeliveryCheck.Check(small, Delivered(Canonical, Leg(1), Leg(2)), Signers, Samples.Domain)
            .Fault.Should().Contain("more than was ordered");
    }

    [Fact]
    public void An_amount_that_no_ticket_can_carry_is_refused_and_not_signed()
    {
        var price = new UnitPrice(1_000_000_000_000_000_000);
        var bid = Order.Bid with { Limit = price, Replicas = 1, Quorum = 1, PerLeg = new Quantity(13) };
        var rich = Order with { Bid = bid };

        var (_, fault) = DeliveryCheck.Check(
            rich, Delivered(Canonical, Leg(1, result => result with { Price = price })), Signers, Samples.Domain);

        fault.Should().Contain("more than was ordered");
    }

    [Fact]
    public void More_legs_than_the_hold_pays_for_are_refused()
    {
        var tight = Order with { Bid = Order.Bid with { PerLeg = new Quantity(13) } };

        var (legs, fault) = DeliveryCheck.Check(
            tight, Delivered(Canonical, Leg(1), Leg(2), Leg(3)), Signers, Samples.Domain);

        legs.Should().BeNull();
        fault.Should().Contain("held");
    }

    [Theory]
    [InlineData(0, 3, true)]
    [InlineData(1, 3, false)]
    [InlineData(-1, 3, false)]
    [InlineData(0, 51, false)]
    public void The_demo_models_meter_is_read_again(int more, int tokensOut, bool isRight)
    {
        var prompt = LexiconModel.Embedded.Tokenizer.CountPromptTokens([new ChatMessage("user", "Two and two?")]);
        var request = Request with { Model = DemoLexiconEngine.ModelName };
        var bid = Order.Bid with { Model = request.Model, Request = request.Encode(), Quorum = 1 };
        var order = Order with { Bid = bid };
        var answer = new InferenceResult("Four.", [], FinishReason.Stop, (uint)(prompt + more), (uint)tokensOut);
        var bytes = CanonicalText.Encode(answer);
        var leg = Leg(
            1,
            result => result with
            {
                TokensIn = answer.PromptTokens,
                TokensOut = answer.CompletionTokens,
                InputHash = JobRequest.HashOf(request.Encode()),
            },
            bytes: bytes);

        var (_, fault) = DeliveryCheck.Check(order, Delivered(bytes, leg), Signers, Samples.Domain);

        fault.Contains("meters disagree", StringComparison.Ordinal).Should().Be(!isRight);
        (fault.Length == 0).Should().Be(isRight);
    }

    private static string FaultOf(params DeliveredLeg[] legs) => Check(legs).Fault;

    private static string FaultOf(byte[] canonical, params DeliveredLeg[] legs) =>
        DeliveryCheck.Check(Order, Delivered(canonical, legs), Signers, Samples.Domain).Fault;

    private static string Faulty(Func<Delivery, Delivery> change) => DeliveryCheck.Check(
        Order, change(Delivered(Canonical, Leg(1), Leg(2))), Signers, Samples.Domain).Fault;

    private static (IReadOnlyList<CheckedLeg>? Legs, string Fault) Check(params DeliveredLeg[] legs) =>
        DeliveryCheck.Check(Order, Delivered(Canonical, legs), Signers, Samples.Domain);

    private static Delivery Delivered(byte[] canonical, params DeliveredLeg[] legs) =>
        new("order", new JobId(5), canonical, legs, legs.Length);

    /// <summary>A leg as its provider signs it; the changes are made before its commit and after it.</summary>
    private static DeliveredLeg Leg(
        int legNo, Func<JobResult, JobResult>? change = null, Func<JobResult, JobResult>? afterCommit = null,
        byte[]? bytes = null, PrivateKey? signer = null)
    {
        var honest = Samples.ResultOf(Samples.LegOf(legNo), bytes ?? Canonical) with
        {
            InputHash = JobRequest.HashOf(Request.Encode()),
        };
        var key = signer ?? Samples.SignerOf(legNo);
        var result = change?.Invoke(honest) ?? honest;
        var leg = Samples.Committed(Samples.LegOf(legNo), result, key);
        var shown = afterCommit?.Invoke(result) ?? result;
        return new DeliveredLeg(
            leg.ProviderId,
            new ResultCommit(leg.AssignmentId, leg.ProviderId, leg.Commitment!.Value),
            leg.CommitSignature!,
            shown,
            key.Sign(shown.Digest(Samples.Domain)).ToCompact());
    }
}
