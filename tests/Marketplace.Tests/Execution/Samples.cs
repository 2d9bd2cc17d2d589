using System.Text.Json;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Execution;
using Marketplace.Inference;
using Marketplace.Kernel;
using Marketplace.Protocol;

namespace Marketplace.Tests.Execution;

/// <summary>
/// A job of budget 3 with legs of providers 11, 12, ..., and what honest providers and its gateway sign.
/// </summary>
internal static class Samples
{
    public static readonly DateTimeOffset Matched = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    public static readonly Eip712Domain Domain =
        EscrowDomain.Of(31_337, EthAddress.Parse("0x00000000000000000000000000000000000000e5"));

    public static readonly BudgetNo Budget = new(3);

    public static readonly PrivateKey Session = KeyOf("session");

    public static readonly UnitPrice Price = new(200_000_000);

    public static readonly InferenceResult Answer = new("Four.", [7, 8, 9], FinishReason.Stop, 40, 3);

    private static readonly Hash32 InputHash = Keccak256.Hash("request");

    public static PrivateKey KeyOf(string name) => PrivateKey.FromBytes(Keccak256.Hash(name).ToBytes());

    public static PrivateKey SignerOf(int legNo) => KeyOf($"provider {legNo + 10}");

    public static Job JobOf(int quorum, params IReadOnlyList<Leg> legs) => new(
        new JobId(5), Budget, "order", [1], InputHash, new Quantity(100), new BasisPoints(500), new BasisPoints(2_500),
        quorum, IsStreamed: false, JobStatus.Running, Matched.AddSeconds(300), default, default, "", "", legs);

    public static Leg LegOf(int legNo, LegStatus status = LegStatus.Assigned) => new(
        new AssignmentId(Keccak256.Hash($"assignment {legNo}")), legNo, new ProviderId((uint)legNo + 10),
        SignerOf(legNo).Address, Price, status, Matched.AddSeconds(60), Matched.AddSeconds(70), IsRevealAsked: false,
        IsRequestsFault: false, null, null, null, null, null, null);

    /// <summary>What the leg's provider would reveal.</summary>
    public static JobResult ResultOf(Leg leg, byte[] canonical, uint tokensIn = 40, uint tokensOut = 3) => new(
        leg.AssignmentId, leg.ProviderId, InputHash, Keccak256.Hash(canonical), Commitment.NoEvidence,
        Keccak256.Hash($"salt {leg.LegNo}"), tokensIn, tokensOut, 1_700_000_001, 1_700_000_002, leg.Price);

    public static RevealFrame Signed(JobResult result, byte[] canonical, PrivateKey signer) =>
        new(result, signer.Sign(result.Digest(Domain)).ToCompact(), canonical);

    /// <summary>The leg after a commit to this result.</summary>
    public static Leg Committed(Leg leg, JobResult result, PrivateKey signer)
    {
        var commit = new ResultCommit(
            leg.AssignmentId,
            leg.ProviderId,
            Commitment.Compute(
                Domain, result.AssignmentId, result.InputHash, signer.Address, result.ResultDigest, result.EvidenceRoot,
                result.Salt));
        return leg with
        {
            Status = LegStatus.Committed,
            IsRevealAsked = true,
            Commitment = commit.Commitment,
            CommitSignature = signer.Sign(commit.Digest(Domain)).ToCompact(),
        };
    }

    /// <summary>A leg whose result was accepted.</summary>
    public static Leg Accepted(int legNo)
    {
        var canonical = CanonicalText.Encode(Answer);
        var result = ResultOf(LegOf(legNo), canonical);
        var reveal = Signed(result, canonical, SignerOf(legNo));
        return Committed(LegOf(legNo), result, SignerOf(legNo)) with
        {
            Status = LegStatus.Accepted,
            ResultJson = JsonSerializer.Serialize(result),
            ResultSignature = reveal.Signature,
            Canonical = canonical,
            ResultDigest = result.ResultDigest,
        };
    }

    /// <summary>
    /// The signature with s replaced by its negative, which the curve takes and Ethereum does not (EIP-2).
    /// </summary>
    public static byte[] HighS(byte[] compact)
    {
        var order = new System.Numerics.BigInteger(
            Convert.FromHexString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"), true, true);
        EthSignature.TryFromCompact(compact, out var signature);
        var s = order - new System.Numerics.BigInteger(signature.S.ToBytes(), true, true);
        var high = new byte[EthSignature.CompactLength];
        signature.R.WriteTo(high);
        s.ToByteArray(isUnsigned: true, isBigEndian: true).CopyTo(high, Hash32.Length);
        return high;
    }
}
