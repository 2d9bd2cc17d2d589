using System.Text;
using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Entry;

/// <summary>
/// What a session's bid carries behind its record, two records of 64 bytes: <c>input hash, 32 bytes | the client's
/// order id in ASCII, 64 bytes, zeroes behind it | 32 zeroes</c>. The request itself is deposited before.
/// </summary>
/// <param name="InputHash">Keccak-256 of the canonical request.</param>
/// <param name="ClientOrderId">1 to 64 characters of printable ASCII without spaces; fresh for each bid of the budget.
/// </param>
public readonly record struct BidPayload(Hash32 InputHash, string ClientOrderId)
{
    public const int Bytes = 2 * EntryRecord.Bytes;

    private const int IdOffset = Hash32.Length;
    private const int IdEnd = IdOffset + BookEngine.MaxClientOrderIdLength;

    /// <summary>
    /// Whether the order is a bid as the book takes them: for a whole job, its limit in escrow, without other flags,
    /// and with a payload in its one form. Its price, quantity, legs and times are not looked at.
    /// </summary>
    public static bool TryRead(in MatchCommand order, ReadOnlySpan<byte> payload, out BidPayload read)
    {
        read = default;
        var isPlain = order is
        {
            EscrowsLimit: true, IsPostOnly: false, SelfTrade: SelfTradeRule.CancelResting, Minimum: 0,
        };
        if (!isPlain || payload.Length != Bytes || payload[IdEnd..].ContainsAnyExcept((byte)0))
        {
            return false;
        }

        var id = payload[IdOffset..IdEnd].TrimEnd((byte)0);
        if (id.IsEmpty || id.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
        {
            return false;
        }

        read = new BidPayload(new Hash32(payload[..Hash32.Length]), Encoding.ASCII.GetString(id));
        return true;
    }

    /// <exception cref="InvariantViolationException">The client's order id is too long or no ASCII.</exception>
    public byte[] Encode()
    {
        Invariant.Holds(
            ClientOrderId.Length <= BookEngine.MaxClientOrderIdLength && Ascii.IsValid(ClientOrderId),
            "A client's order id is at most 64 characters of ASCII.");
        var payload = new byte[Bytes];
        InputHash.ToBytes().CopyTo(payload.AsSpan());
        Encoding.ASCII.GetBytes(ClientOrderId, payload.AsSpan(IdOffset));
        return payload;
    }
}
