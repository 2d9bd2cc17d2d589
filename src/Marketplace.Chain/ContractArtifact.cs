using System.Reflection;
using System.Text.Json;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>A compiled contract as it is committed with its sources.</summary>
public sealed class ContractArtifact
{
    private ContractArtifact(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"abi/{name}.json")
            ?? throw new InvariantViolationException($"The contract {name} is not embedded.");
        using var json = JsonDocument.Parse(stream);
        Name = name;
        AbiJson = json.RootElement.GetProperty("abi").GetRawText();
        Bytecode = Hex.Decode(json.RootElement.GetProperty("bytecode").GetString()!);
    }

    public static ContractArtifact MarketEscrow { get; } = new("MarketEscrow");

    /// <summary>The escrow creates it: it is never deployed by itself.</summary>
    public static ContractArtifact MarketRegistry { get; } = new("MarketRegistry");

    public static ContractArtifact ProviderBond { get; } = new("ProviderBond");

    /// <summary>The token of local chains and tests: its deployer mints.</summary>
    public static ContractArtifact MarketToken { get; } = new("MarketToken");

    public string Name { get; }

    public string AbiJson { get; }

    /// <summary>What creates the contract; the constructor's arguments follow it.</summary>
    public byte[] Bytecode { get; }
}
