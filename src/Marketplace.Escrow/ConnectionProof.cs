using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>
/// What a gateway or a provider signs to show that the connection is its own: the operator's fresh challenge.
/// </summary>
/// <param name="Role"><c>gateway</c> or <c>provider</c>: a proof for one cannot be used as the other.</param>
/// <param name="Number">The budget's number, or the provider's.</param>
public sealed record ConnectionProof(Hash32 Challenge, string Role, uint Number)
{
    private const string Type = "Connect(bytes32 challenge,string role,uint32 number)";

    public Hash32 Digest(Eip712Domain domain) => Eip712.Digest(domain, Eip712.HashStruct(
        Type, Challenge, Eip712.HashString(Role), Eip712.Word(Number)));
}
