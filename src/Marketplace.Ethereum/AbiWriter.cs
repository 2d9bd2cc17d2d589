using System.Numerics;
using System.Text;
using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>Writes values as the contract ABI encodes the members of a tuple: heads first, then tails.</summary>
public sealed class AbiWriter
{
    private readonly List<Member> members = [];

    private bool IsDynamic => members.Exists(member => member.IsDynamic);

    public AbiWriter UInt(BigInteger value) => Hash(Words.FromUnsigned(value));

    public AbiWriter UInt(ulong value) => UInt((BigInteger)value);

    public AbiWriter Int(BigInteger value) => Hash(Words.FromSigned(value));

    public AbiWriter Address(EthAddress value) => Hash(value.ToWord());

    public AbiWriter Bool(bool value) => UInt(value ? 1ul : 0ul);

    /// <summary>A <c>bytes32</c>, or a word that is encoded already.</summary>
    public AbiWriter Hash(Hash32 value) => Add(false, value.ToBytes());

    /// <summary>A <c>bytes1</c> to <c>bytes32</c>: zeros follow.</summary>
    public AbiWriter FixedBytes(ReadOnlySpan<byte> value)
    {
        Invariant.Holds(value.Length is > 0 and <= Hash32.Length, "Fixed bytes have 1 to 32 bytes.");
        return Add(false, Padded(value));
    }

    public AbiWriter Bytes(ReadOnlySpan<byte> value) =>
        Add(true, [.. Words.FromUnsigned(value.Length).ToBytes(), .. Padded(value)]);

    public AbiWriter String(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    /// <summary>A struct, or an array of fixed length, whose members <paramref name="fields"/> wrote.</summary>
    public AbiWriter Tuple(AbiWriter fields) => Add(fields.IsDynamic, fields.ToArray());

    /// <summary>An array of any length; each of <paramref name="items"/> wrote exactly one member.</summary>
    public AbiWriter Array(IReadOnlyList<AbiWriter> items)
    {
        var all = new AbiWriter();
        foreach (var item in items)
        {
            Invariant.Holds(item.members.Count == 1, "An array's item is one member.");
            all.members.Add(item.members[0]);
        }

        return Add(true, [.. Words.FromUnsigned(items.Count).ToBytes(), .. all.ToArray()]);
    }

    public byte[] ToArray()
    {
        var headLength = members.Sum(member => member.IsDynamic ? Hash32.Length : member.Encoded.Length);
        var heads = new List<byte>(headLength);
        var tails = new List<byte>();
        foreach (var member in members)
        {
            if (member.IsDynamic)
            {
                heads.AddRange(Words.FromUnsigned(headLength + tails.Count).ToBytes());
                tails.AddRange(member.Encoded);
            }
            else
            {
                heads.AddRange(member.Encoded);
            }
        }

        return [.. heads, .. tails];
    }

    /// <summary>The call data of <paramref name="signature"/>: its selector, then <paramref name="args"/>.</summary>
    public static byte[] Call(string signature, AbiWriter args) => [.. Abi.Selector(signature), .. args.ToArray()];

    private AbiWriter Add(bool isDynamic, byte[] encoded)
    {
        members.Add(new Member(isDynamic, encoded));
        return this;
    }

    private static byte[] Padded(ReadOnlySpan<byte> value)
    {
        var padded = new byte[(value.Length + Hash32.Length - 1) / Hash32.Length * Hash32.Length];
        value.CopyTo(padded);
        return padded;
    }

    private sealed record Member(bool IsDynamic, byte[] Encoded);
}
