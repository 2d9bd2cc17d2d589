using System.Buffers.Binary;
using Marketplace.Kernel;
using Marketplace.Verification.Auditing;

namespace Marketplace.Fleet.Policies;

/// <summary>What the simulated providers are registered as: strangers to each other, all with the same stake.</summary>
/// <remarks>A ring of cheaters hides that it is one, or the exclusions of the draw would keep it apart.</remarks>
public sealed class Registrations
{
    private const long StakeMicro = 100_000_000;

    private readonly List<Candidate> all = [];

    public Candidate this[int provider]
    {
        get
        {
            while (all.Count <= provider)
            {
                all.Add(Register(all.Count + 1));
            }

            return all[provider];
        }
    }

    private static Candidate Register(int number)
    {
        var party = new Party(
            Address(1, number), Address(2, number), Address(3, number), new NetworkPlace((ulong)number, (uint)number));
        return new Candidate(party, StakeMicro, IsCapable: true, IsSuspended: false, RanSameInput: false);
    }

    private static EthAddress Address(byte kind, int number)
    {
        Span<byte> bytes = stackalloc byte[EthAddress.Length];
        bytes.Clear();
        bytes[0] = kind;
        BinaryPrimitives.WriteInt32BigEndian(bytes[16..], number);
        return new EthAddress(bytes);
    }
}
