using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>
/// Checked narrowing to the contract's field widths. A silent cut would turn an over-cap amount into a valid small one
/// (settlement 3.2), so a value that does not fit is refused where it is encoded. Amounts and prices have 63 bits here,
/// job and budget numbers and token counts 32: those fit the contract's 64, 80 and 32 bits whatever they are.
/// </summary>
public static class FieldWidth
{
    private const ulong MaxU40 = (1UL << 40) - 1;
    private const uint MaxU24 = (1U << 24) - 1;

    /// <summary>The most that one ticket or one line of a statement carries.</summary>
    public static TokenAmount MostInTicket { get; } = new((long)MaxU40);

    /// <exception cref="FieldOverflowException">The amount is 2^40 micro-tokens or more.</exception>
    public static ulong U40(TokenAmount amount) =>
        (ulong)amount.Micro <= MaxU40
            ? (ulong)amount.Micro
            : throw new FieldOverflowException($"{amount} does not fit 40 bits.");

    public static bool IsU40(ulong unixSeconds) => unixSeconds <= MaxU40;

    /// <exception cref="FieldOverflowException">The time is 2^40 seconds or more.</exception>
    public static ulong U40(ulong unixSeconds) => IsU40(unixSeconds)
        ? unixSeconds
        : throw new FieldOverflowException($"The time {unixSeconds} does not fit 40 bits.");

    public static bool IsU24(ProviderId provider) => provider.Value is > 0 and <= MaxU24;

    /// <exception cref="FieldOverflowException">The id is 0, or 2^24 or more.</exception>
    public static uint U24(ProviderId provider) => IsU24(provider)
        ? provider.Value
        : throw new FieldOverflowException($"Provider {provider} does not fit 24 bits.");

    /// <exception cref="FieldOverflowException">The length is 2^24 or more.</exception>
    public static uint U24Length(int length) => length is >= 0 and <= (int)MaxU24
        ? (uint)length
        : throw new FieldOverflowException($"Length {length} does not fit 24 bits.");

    /// <exception cref="FieldOverflowException">The count is 2^16 or more.</exception>
    public static ushort U16Count(int count) => count is >= 0 and <= ushort.MaxValue
        ? (ushort)count
        : throw new FieldOverflowException($"{count} providers do not fit one payload.");

    /// <exception cref="FieldOverflowException">The count is 0, or 256 or more.</exception>
    public static byte U8Count(int count) => count is > 0 and <= byte.MaxValue
        ? (byte)count
        : throw new FieldOverflowException($"{count} jobs do not fit one group.");
}

/// <summary>A value does not fit the field that the contract reads.</summary>
public sealed class FieldOverflowException(string message) : Exception(message);
