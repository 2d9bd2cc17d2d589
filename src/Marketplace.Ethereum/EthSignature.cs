using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>An ECDSA signature from which the signer can be recovered.</summary>
/// <param name="RecoveryId">The parity of the nonce point's y: 0 or 1.</param>
public readonly record struct EthSignature(Hash32 R, Hash32 S, byte RecoveryId)
{
    public const int CompactLength = 64;

    public const int FullLength = 65;

    private const byte LegacyOffset = 27;

    /// <summary>r and s are scalars, s is in the lower half (EIP-2) and the recovery id is 0 or 1.</summary>
    public bool IsWellFormed =>
        RecoveryId <= 1 && !R.IsZero && !S.IsZero && R < Secp256k1.OrderWord && S <= Secp256k1.HalfOrderWord;

    /// <summary>Sixty-four bytes: r, then s with the recovery id in its top bit (EIP-2098).</summary>
    /// <exception cref="InvariantViolationException">The signature is not well formed.</exception>
    public byte[] ToCompact()
    {
        Invariant.Holds(IsWellFormed, "Only a well-formed signature has a compact form.");
        var bytes = new byte[CompactLength];
        R.WriteTo(bytes);
        S.WriteTo(bytes.AsSpan(Hash32.Length));
        bytes[Hash32.Length] |= (byte)(RecoveryId << 7);
        return bytes;
    }

    /// <summary>Reads <see cref="ToCompact"/>; false for another length, a high s or r or s out of range.</summary>
    public static bool TryFromCompact(ReadOnlySpan<byte> bytes, out EthSignature signature)
    {
        signature = default;
        if (bytes.Length != CompactLength)
        {
            return false;
        }

        Span<byte> s = stackalloc byte[Hash32.Length];
        bytes[Hash32.Length..].CopyTo(s);
        var recoveryId = (byte)(s[0] >> 7);
        s[0] &= 0x7f;
        var r = new Hash32(bytes[..Hash32.Length]);
        return TryAccept(new EthSignature(r, new Hash32(s), recoveryId), out signature);
    }

    /// <summary>Sixty-five bytes: r, s and v, which is 27 or 28.</summary>
    /// <exception cref="InvariantViolationException">The signature is not well formed.</exception>
    public byte[] ToBytes65()
    {
        Invariant.Holds(IsWellFormed, "Only a well-formed signature is written.");
        var bytes = new byte[FullLength];
        R.WriteTo(bytes);
        S.WriteTo(bytes.AsSpan(Hash32.Length));
        bytes[^1] = (byte)(LegacyOffset + RecoveryId);
        return bytes;
    }

    /// <summary>Reads <see cref="ToBytes65"/>; false for another length or v, a high s or a bad scalar.</summary>
    public static bool TryFromBytes65(ReadOnlySpan<byte> bytes, out EthSignature signature)
    {
        signature = default;
        if (bytes.Length != FullLength || bytes[^1] is not (LegacyOffset or (LegacyOffset + 1)))
        {
            return false;
        }

        var r = new Hash32(bytes[..Hash32.Length]);
        var s = new Hash32(bytes[Hash32.Length..CompactLength]);
        return TryAccept(new EthSignature(r, s, (byte)(bytes[^1] - LegacyOffset)), out signature);
    }

    private static bool TryAccept(EthSignature candidate, out EthSignature signature)
    {
        signature = candidate.IsWellFormed ? candidate : default;
        return candidate.IsWellFormed;
    }
}
