using System.Buffers.Binary;
using System.Text.Unicode;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Protocol;

namespace Marketplace.Execution;

/// <summary>Why a commit or a reveal is worth nothing, in order of precedence.</summary>
public enum ResultFault
{
    /// <summary>The signature is not the registered signer's, or nothing that can be signed.</summary>
    BadSignature = 1,

    /// <summary>It names another assignment, provider or input.</summary>
    WrongAssignment,

    /// <summary>It does not open the commit.</summary>
    DoesNotOpen,

    /// <summary>
    /// The bytes are not those of the digest, or are no canonical text, or disagree with the token counts.
    /// </summary>
    BadBytes,

    /// <summary>More units than were bought.</summary>
    TooManyUnits,

    /// <summary>Another price than was traded.</summary>
    WrongPrice,
}

/// <summary>The pure checks of what providers send (settlement 2.3, verification 5.4).</summary>
public static class ResultCheck
{
    private const byte TextKind = 1;

    public static bool IsSigned(Hash32 digest, ReadOnlySpan<byte> signature, EthAddress signer) =>
        EthSignature.TryFromCompact(signature, out var read) && Secp256k1.Recover(digest, read) == signer;

    /// <returns>The fault, or null when the reveal is in order.</returns>
    public static ResultFault? FaultOf(Job job, Leg leg, RevealFrame reveal, Eip712Domain domain)
    {
        var result = reveal.Result;
        if (!result.CanEncode || !IsSigned(result.Digest(domain), reveal.Signature, leg.Signer))
        {
            return ResultFault.BadSignature;
        }

        if (result.AssignmentId != leg.AssignmentId || result.ProviderId != leg.ProviderId
            || result.InputHash != job.InputHash)
        {
            return ResultFault.WrongAssignment;
        }

        var commit = new ResultCommit(leg.AssignmentId, leg.ProviderId, leg.Commitment ?? default);
        if (!result.Opens(commit, domain, leg.Signer))
        {
            return ResultFault.DoesNotOpen;
        }

        return BytesFault(job, leg, reveal);
    }

    private static ResultFault? BytesFault(Job job, Leg leg, RevealFrame reveal)
    {
        var result = reveal.Result;
        if (Keccak256.Hash(reveal.Canonical) != result.ResultDigest
            || !TryReadUsage(reveal.Canonical, out var tokensIn, out var tokensOut)
            || tokensIn != result.TokensIn || tokensOut != result.TokensOut)
        {
            return ResultFault.BadBytes;
        }

        if (Metering.UnitsDown(tokensIn, tokensOut, job.InputWeightBps) > job.PerLeg)
        {
            return ResultFault.TooManyUnits;
        }

        return result.Price == leg.Price ? null : ResultFault.WrongPrice;
    }

    /// <summary>Reads the two counts at the end of canonical text bytes, and checks all lengths on the way.</summary>
    private static bool TryReadUsage(ReadOnlySpan<byte> bytes, out uint tokensIn, out uint tokensOut)
    {
        (tokensIn, tokensOut) = (0, 0);
        if (bytes.Length < 18 || bytes[0] != TextKind)
        {
            return false;
        }

        var tokens = BinaryPrimitives.ReadUInt32LittleEndian(bytes[1..]);
        var textAt = 5 + (4L * tokens);
        if (textAt + 4 > bytes.Length)
        {
            return false;
        }

        var textBytes = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(int)textAt..]);
        var tail = textAt + 4 + textBytes;
        if (tail + 9 != bytes.Length || bytes[(int)tail] is < 1 or > 3
            || !Utf8.IsValid(bytes.Slice((int)textAt + 4, (int)textBytes)))
        {
            return false;
        }

        tokensIn = BinaryPrimitives.ReadUInt32LittleEndian(bytes[((int)tail + 1)..]);
        tokensOut = BinaryPrimitives.ReadUInt32LittleEndian(bytes[((int)tail + 5)..]);
        return tokens == 0 || tokens == tokensOut;
    }
}
