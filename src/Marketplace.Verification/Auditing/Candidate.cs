using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Marketplace.Kernel;

namespace Marketplace.Verification.Auditing;

/// <summary>Where a machine stands: its /24 (IPv6: its /48) and the autonomous system that announces it.</summary>
/// <param name="AutonomousSystem">1 and up.</param>
public readonly record struct NetworkPlace(ulong Prefix, uint AutonomousSystem)
{
    private const ulong IsVersion6 = 1UL << 63;

    public static NetworkPlace Of(IPAddress address, uint autonomousSystem)
    {
        var bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        var prefix = address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6
            ? IsVersion6 | (BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16)
            : BinaryPrimitives.ReadUInt32BigEndian(bytes) >> 8;
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
