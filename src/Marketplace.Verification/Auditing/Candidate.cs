using System.Buffers.Binary;
using Marketplace.Kernel;

namespace Marketplace.Verification.Auditing;

/// <summary>Where a machine stands: its /24 (IPv6: its /48) and the autonomous system that announces it.</summary>
/// <param name="AutonomousSystem">1 and up.</param>
public readonly record struct NetworkPlace(ulong Prefix, uint AutonomousSystem)
{
    private const ulong IsVersion6 = 1UL << 63;
    private const int Version4Length = 4;
    private const int Version6Length = 16;

    // ::ffff:a.b.c.d, RFC 4291 2.5.5.2.
    private static ReadOnlySpan<byte> MappedPrefix => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF];

    /// <param name="address">4 bytes, or 16; a mapped IPv4 address counts as what it maps.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public static NetworkPlace Of(ReadOnlySpan<byte> address, uint autonomousSystem)
    {
        var isMapped = address.Length == Version6Length && address.StartsWith(MappedPrefix);
        var bytes = isMapped ? address[MappedPrefix.Length..] : address;
        var prefix = bytes.Length switch
        {
            Version4Length => BinaryPrimitives.ReadUInt32BigEndian(bytes) >> 8,
            Version6Length => IsVersion6 | (BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16),
            _ => throw new ArgumentException("An address has 4 or 16 bytes.", nameof(address)),
        };
        return new NetworkPlace(prefix, autonomousSystem);
    }

    /// <summary>Whether one hand may hold both: the same prefix, or the same autonomous system.</summary>
    public bool IsSharedWith(NetworkPlace other) =>
        Prefix == other.Prefix || AutonomousSystem == other.AutonomousSystem;
}

/// <summary>Who stands behind a provider. What is not known is null, and who is not known is never drawn.</summary>
public sealed record Party(EthAddress Provider, EthAddress? Owner, EthAddress? Payout, NetworkPlace? Network)
{
    public bool IsKnown => Owner is { IsZero: false } && Payout is { IsZero: false }
        && Network is { AutonomousSystem: > 0 };
}

/// <summary>A provider that might check a job, as published for the epoch.</summary>
/// <param name="StakeMicro">Its bond in micro-tokens; 0 and up.</param>
/// <param name="IsCapable">It serves this class of models and machines.</param>
/// <param name="RanSameInput">It is the primary of a job with the same input in this epoch.</param>
public sealed record Candidate(
    Party Party, long StakeMicro, bool IsCapable, bool IsSuspended, bool RanSameInput);
