using Marketplace.Kernel;
using Marketplace.Verification.Auditing;

namespace Marketplace.Tests.Verification.Auditing;

/// <summary>Providers that have nothing in common, unless a test gives them something.</summary>
public static class Fleet
{
    public static EthAddress Address(int pattern) => new(Enumerable.Repeat((byte)pattern, EthAddress.Length).ToArray());

    public static Party Party(int no) =>
        new(Address(no), Of("owner", no), Of("payout", no), new NetworkPlace((ulong)no, (uint)(64_000 + no)));

    public static Candidate Candidate(int no, long stakeMicro = 100) => new(Party(no), stakeMicro, true, false, false);

    private static EthAddress Of(string role, int no) => new(Keccak256.Hash($"{role} {no}").ToBytes().AsSpan(12));
}
