using System.Collections.Concurrent;
using Marketplace.Kernel;
using Marketplace.Protocol;

namespace Marketplace.Api;

/// <summary>
/// The live connections of one kind of peer, by the peer's number. A newer connection replaces an older one.
/// </summary>
public sealed class Connections<TKey>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Peer> peers = new();

    public bool IsConnected(TKey key) => peers.ContainsKey(key);

    public EthAddress? KeyOf(TKey key) => peers.TryGetValue(key, out var peer) ? peer.Key : null;

    public bool TrySend(TKey key, Frame frame) =>
        peers.TryGetValue(key, out var peer) && peer.Connection.TrySend(frame);

    public int Count => peers.Count;

    public void Add(TKey key, Connection connection, EthAddress signer)
    {
        peers.TryGetValue(key, out var older);
        peers[key] = new Peer(connection, signer);
        older?.Connection.End();
    }

    /// <summary>Removes the connection unless a newer one took its place.</summary>
    /// <returns>Whether the peer is now gone.</returns>
    public bool Remove(TKey key, Connection connection) =>
        peers.TryGetValue(key, out var peer) && ReferenceEquals(peer.Connection, connection)
        && peers.TryRemove(new KeyValuePair<TKey, Peer>(key, peer));

    private sealed record Peer(Connection Connection, EthAddress Key);
}
