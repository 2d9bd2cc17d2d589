using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Gateway;

/// <summary>The session key. Nowhere else in the market can a ticket or a statement be signed.</summary>
public sealed class SessionSigner(PrivateKey key, Eip712Domain domain)
{
    public EthAddress Address => key.Address;

    public Eip712Domain Domain => domain;

    public EthSignature Sign(JobTicket ticket) => key.Sign(ticket.Digest(domain));

    public EthSignature Sign(Statement statement) => key.Sign(statement.Digest(domain));

    public EthSignature Sign(ConnectionProof proof) => key.Sign(proof.Digest(domain));
}
