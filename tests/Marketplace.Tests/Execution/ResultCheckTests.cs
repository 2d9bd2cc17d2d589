using CsCheck;
using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Execution;
using Marketplace.Inference;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Xunit;
using static Marketplace.Tests.Execution.Samples;

namespace Marketplace.Tests.Execution;

public sealed class ResultCheckTests
{
    private static readonly byte[] Honest = CanonicalText.Encode(Answer);

    // Bytes that nearly are a result: an honest one, cut, lengthened and changed in places.
    private static readonly Gen<byte[]> NearlyCanonical = Gen.Select(
        Gen.OneOf(Gen.Const(Honest.Length), Gen.Int[0, Honest.Length]),
        Gen.OneOf(Gen.Const(Array.Empty<byte>()), Gen.Byte.Array[1, 6]),
        Gen.Select(Gen.Int[0, Honest.Length - 1], Gen.Byte).Array[0, 3],
        (length, tail, changes) =>
        {
            byte[] bytes = [.. Honest];
            foreach (var (at, value) in changes)
            {
                bytes[at] = value;
            }

            return (byte[])[.. bytes.AsSpan(0, length), .. tail];
        });

    [Fact]
    public void An_honest_result_has_no_fault() => FaultOf(Honest).Should().BeNull();

    [Fact]
    public void A_signature_of_anybody_else_is_refused()
    {
        var result = ResultOf(LegOf(1), Honest);
        var stranger = Signed(result, Honest, SignerOf(2));
        var own = Signed(result, Honest, SignerOf(1));

        FaultOf(stranger).Should().Be(ResultFault.BadSignature);
        FaultOf(own with { Signature = HighS(own.Signature) }).Should().Be(ResultFault.BadSignature);
        FaultOf(own with { Signature = new byte[64] }).Should().Be(ResultFault.BadSignature);
        FaultOf(own with { Signature = own.Signature[..63] }).Should().Be(ResultFault.BadSignature);
        FaultOf(own with { Signature = [] }).Should().Be(ResultFault.BadSignature);
        FaultOf(own with { Result = result with { Salt = default } }).Should().Be(ResultFault.BadSignature);
        FaultOf(own).Should().BeNull("the control is in order");
    }

    [Fact]
    public void A_leg_without_a_registered_signer_accepts_nobody() =>
        ResultCheck.IsSigned(default, new byte[64], default).Should().BeFalse();

    [Fact]
    public void A_result_of_another_assignment_provider_or_input_is_refused()
    {
        var result = ResultOf(LegOf(1), Honest);

        FaultOf(result with { AssignmentId = LegOf(2).AssignmentId }).Should().Be(ResultFault.WrongAssignment);
        FaultOf(result with { ProviderId = new ProviderId(12) }).Should().Be(ResultFault.WrongAssignment);
        FaultOf(result with { InputHash = default }).Should().Be(ResultFault.WrongAssignment);
    }

    [Fact]
    public void A_result_that_was_not_promised_is_refused()
    {
        var result = ResultOf(LegOf(1), Honest);
        var other = CanonicalText.Encode(Answer with { Text = "Five." });

        FaultOf(result with { Salt = default }).Should().Be(ResultFault.DoesNotOpen);
        FaultOf(result with { EvidenceRoot = default }).Should().Be(ResultFault.DoesNotOpen);
        FaultOf(Signed(ResultOf(LegOf(1), other), other, SignerOf(1))).Should().Be(ResultFault.DoesNotOpen);
    }

    [Fact]
    public void A_peers_commitment_cannot_be_opened_as_ones_own()
    {
        var copied = Committed(LegOf(2), ResultOf(LegOf(2), Honest), SignerOf(2)).Commitment;
        var leg = Committed(LegOf(1), ResultOf(LegOf(1), Honest), SignerOf(1)) with { Commitment = copied };

        var fault = ResultCheck.FaultOf(JobOf(1, leg), leg, Signed(ResultOf(leg, Honest), Honest, SignerOf(1)), Domain);

        fault.Should().Be(ResultFault.DoesNotOpen);
    }

    [Fact]
    public void Bytes_of_another_digest_or_other_counts_are_refused()
    {
        var result = ResultOf(LegOf(1), Honest);

        FaultOf(Signed(result, [.. Honest, 0], SignerOf(1))).Should().Be(ResultFault.BadBytes);
        FaultOf(CommittedTo(result with { TokensIn = 39 })).Should().Be(ResultFault.BadBytes);
        FaultOf(CommittedTo(result with { TokensOut = 4 })).Should().Be(ResultFault.BadBytes);
        FaultOf(CanonicalText.Encode(Answer with { CompletionTokens = 4 })).Should().Be(ResultFault.BadBytes);
    }

    [Theory]
    [InlineData(40, 90, null)]
    [InlineData(43, 90, null)]
    [InlineData(44, 90, ResultFault.TooManyUnits)]
    [InlineData(40, 91, ResultFault.TooManyUnits)]
    [InlineData(uint.MaxValue, uint.MaxValue, ResultFault.TooManyUnits)]
    public void A_quarter_of_the_input_and_all_output_must_fit_what_was_bought(
        uint tokensIn, uint tokensOut, ResultFault? fault)
    {
        var canonical = CanonicalText.Encode(new InferenceResult("", [], FinishReason.Length, tokensIn, tokensOut));

        FaultOf(ResultOf(LegOf(1), canonical, tokensIn, tokensOut), canonical).Should().Be(fault);
    }

    [Theory]
    [InlineData(199_999_999)]
    [InlineData(200_000_001)]
    public void Another_price_than_was_traded_is_refused(long price) =>
        FaultOf(ResultOf(LegOf(1), Honest) with { Price = new UnitPrice(price) }).Should().Be(ResultFault.WrongPrice);

    [Fact]
    public void Exactly_what_decodes_is_accepted_whatever_the_bytes() =>
        Gen.OneOf(NearlyCanonical, Gen.Byte.Array[0, 80], NearlyCanonical.Select(bytes => (byte[])[1, .. bytes]))
            .Sample(bytes => FaultOf(bytes).Should().Be(Decodes(bytes) ? null : ResultFault.BadBytes), iter: 2_000);

    [Fact]
    public void Lengths_near_the_end_of_their_range_are_refused()
    {
        foreach (var huge in new uint[] { 0x3fff_ffff, 0x4000_0000, 0x7fff_ffff, 0xffff_fffb, 0xffff_ffff })
        {
            byte[] tokens = [1, .. BitConverter.GetBytes(huge), .. new byte[40]];
            byte[] text = [1, 0, 0, 0, 0, .. BitConverter.GetBytes(huge), .. new byte[40]];

            FaultOf(tokens).Should().Be(ResultFault.BadBytes);
            FaultOf(text).Should().Be(ResultFault.BadBytes);
        }
    }

    /// <summary>
    /// Whether the bytes are a result of 40 tokens in and 3 out, or none counted, as the buyer's side reads
    /// them.
    /// </summary>
    private static bool Decodes(byte[] bytes)
    {
        try
        {
            var read = CanonicalText.Decode(bytes);
            return read.PromptTokens == 40 && read.CompletionTokens == 3 && read.TokenIds.Count is 0 or 3;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static ResultFault? FaultOf(byte[] canonical) => FaultOf(ResultOf(LegOf(1), canonical), canonical);

    /// <summary>
    /// The fault of a well-signed result whose commit promised exactly these bytes, and no other field of it.
    /// </summary>
    private static ResultFault? FaultOf(JobResult result) => FaultOf(Signed(result, Honest, SignerOf(1)));

    private static ResultFault? FaultOf(JobResult result, byte[] canonical)
    {
        var promised = ResultOf(LegOf(1), canonical);
        var leg = Committed(LegOf(1), promised, SignerOf(1));
        return ResultCheck.FaultOf(JobOf(1, leg), leg, Signed(result, canonical, SignerOf(1)), Domain);
    }

    private static ResultFault? FaultOf(RevealFrame reveal)
    {
        var leg = Committed(LegOf(1), ResultOf(LegOf(1), Honest), SignerOf(1));
        return ResultCheck.FaultOf(JobOf(1, leg), leg, reveal, Domain);
    }

    private static RevealFrame CommittedTo(JobResult result) => Signed(result, Honest, SignerOf(1));
}
