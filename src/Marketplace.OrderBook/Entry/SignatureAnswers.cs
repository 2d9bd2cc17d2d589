using Marketplace.Kernel;

namespace Marketplace.OrderBook.Entry;

/// <summary>
/// Answers of earlier signature checks, so that an order which is sent again costs no second recovery or call. Room is
/// bounded; the oldest answer goes first, and an answer of a contract, which may change its mind, is good for a time
/// only.
/// </summary>
public sealed class SignatureAnswers(int capacity, long lifetimeMilliseconds)
{
    private readonly Dictionary<Hash32, Answer> byKey = [];
    private readonly Queue<(Hash32 Key, long AtMilliseconds)> oldestFirst = new();
    private readonly Lock gate = new();

    public int Count
    {
        get
        {
            lock (gate)
            {
                return byKey.Count;
            }
        }
    }

    /// <summary>
    /// The key holds the signature too: the answer to a wrong one must not stand for the right one that comes later.
    /// </summary>
    public static Hash32 KeyOf(EthAddress signer, Hash32 digest, ReadOnlySpan<byte> signature) =>
        Keccak256.Hash([.. signer.ToBytes(), .. digest.ToBytes(), .. signature]);

    /// <summary>Null when the answer is not known, or not any more.</summary>
    public bool? Find(Hash32 key, long nowMilliseconds)
    {
        lock (gate)
        {
            var isKnown = byKey.TryGetValue(key, out var answer)
                && nowMilliseconds - answer.AtMilliseconds < lifetimeMilliseconds;
            return isKnown ? answer.IsYes : null;
        }
    }

    public void Remember(Hash32 key, bool isYes, long nowMilliseconds)
    {
        lock (gate)
        {
            byKey[key] = new Answer(isYes, nowMilliseconds);
            oldestFirst.Enqueue((key, nowMilliseconds));
            while (byKey.Count > capacity || oldestFirst.Count > 2 * capacity)
            {
                Forget(oldestFirst.Dequeue());
            }
        }
    }

    private void Forget((Hash32 Key, long AtMilliseconds) oldest)
    {
        // An answer that was renewed stands in the queue again, further back: the later entry removes it.
        if (byKey.TryGetValue(oldest.Key, out var answer) && answer.AtMilliseconds == oldest.AtMilliseconds)
        {
            byKey.Remove(oldest.Key);
        }
    }

    private readonly record struct Answer(bool IsYes, long AtMilliseconds);
}
