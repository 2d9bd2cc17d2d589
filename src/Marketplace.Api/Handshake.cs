using System.Security.Cryptography;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Protocol;

namespace Marketplace.Api;

/// <summary>Who is at the other end: a fresh challenge, signed by the key that the chain names.</summary>
public static class Handshake
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Sends the challenge and receives the hello.</summary>
    /// <exception cref="ConnectionEndedException">Something else came, or nothing in time.</exception>
    public static async Task<(Hash32 Challenge, THello Hello)> GreetAsync<THello>(
        FrameSocket socket, IEscrowContract contract, TimeProvider time, CancellationToken ct)
        where THello : Frame
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        var challenge = new Hash32(RandomNumberGenerator.GetBytes(Hash32.Length));
        try
        {
            await socket.SendAsync(new Challenge(challenge, contract.ChainId, contract.Escrow), both.Token);
            return (challenge, await socket.ReceiveAsync<THello>(both.Token));
        }
        catch (OperationCanceledException late) when (!ct.IsCancellationRequested)
        {
            throw new ConnectionEndedException("No hello came in time.", late);
        }
    }

    /// <summary>
    /// Whether <paramref name="proof"/> is the signature of <paramref name="signer"/> over the challenge.
    /// </summary>
    public static bool IsProved(
        ConnectionProof claim, ReadOnlySpan<byte> proof, EthAddress signer, Eip712Domain domain) =>
        EthSignature.TryFromCompact(proof, out var signature)
        && Secp256k1.Recover(claim.Digest(domain), signature) == signer;
}
