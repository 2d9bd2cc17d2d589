using System.Buffers.Binary;
using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>
/// What one statement pays one provider: one amount for each of its jobs, in the order of the receipts.
/// </summary>
public sealed record ProviderLine(ProviderId ProviderId, IReadOnlyList<TokenAmount> Amounts);

/// <summary>
/// The packed lines of a statement: <c>{ u24 providerId | u8 nJobs | nJobs x u40 amount }*</c> (settlement 2.4).
/// </summary>
public static class StatementLines
{
    private const int GroupHeaderBytes = 4;
    private const int AmountBytes = 5;

    /// <summary>Whether <see cref="Encode"/> takes the lines: what another side proposes is asked first.</summary>
    public static bool CanEncode(IReadOnlyList<ProviderLine> lines) => lines.All(line =>
        FieldWidth.IsU24(line.ProviderId)
        && line.Amounts.Count is > 0 and <= byte.MaxValue
        && line.Amounts.All(amount => amount <= FieldWidth.MostInTicket));

    /// <exception cref="FieldOverflowException">An id, a count or an amount does not fit its field.</exception>
    public static byte[] Encode(IReadOnlyList<ProviderLine> lines)
    {
        using var bytes = new MemoryStream();
        Span<byte> word = stackalloc byte[8];
        foreach (var line in lines)
        {
            BinaryPrimitives.WriteUInt32BigEndian(word, FieldWidth.U24(line.ProviderId));
            bytes.Write(word[1..4]);
            bytes.WriteByte(FieldWidth.U8Count(line.Amounts.Count));
            foreach (var amount in line.Amounts)
            {
                BinaryPrimitives.WriteUInt64BigEndian(word, FieldWidth.U40(amount));
                bytes.Write(word[3..8]);
            }
        }

        return bytes.ToArray();
    }

    /// <exception cref="FormatException">The bytes end inside a group, a group is empty, or a provider is
    /// 0.</exception>
    public static IReadOnlyList<ProviderLine> Decode(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<ProviderLine>();
        while (bytes.Length > 0)
        {
            var count = bytes.Length >= GroupHeaderBytes ? bytes[3] : 0;
            var length = GroupHeaderBytes + (count * AmountBytes);
            if (count == 0 || bytes.Length < length)
            {
                throw new FormatException("Statement lines end inside a group, or a group is empty.");
            }

            lines.Add(DecodeGroup(bytes[..length], count));
            bytes = bytes[length..];
        }

        return lines;
    }

    private static ProviderLine DecodeGroup(ReadOnlySpan<byte> group, int count)
    {
        var provider = (uint)((group[0] << 16) | (group[1] << 8) | group[2]);
        if (provider == 0)
        {
            throw new FormatException("Provider 0 does not exist.");
        }

        var amounts = new List<TokenAmount>(count);
        Span<byte> word = stackalloc byte[8];
        for (var index = 0; index < count; index++)
        {
            word.Clear();
            group.Slice(GroupHeaderBytes + (index * AmountBytes), AmountBytes).CopyTo(word[3..]);
            amounts.Add(new TokenAmount(BinaryPrimitives.ReadInt64BigEndian(word)));
        }

        return new ProviderLine(new ProviderId(provider), amounts);
    }
}
