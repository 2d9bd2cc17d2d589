using System.Reflection;
using System.Text.Json;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>A compiled contract as committed in <c>contracts/abi</c>: its creation code and the names of its errors.</summary>
public sealed class ContractArtifact
{
    private ContractArtifact(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"abi/{name}.json")
            ?? throw new InvariantViolationException($"The contract {name} is not embedded.");
        using var json = JsonDocument.Parse(stream);
        Bytecode = Hex.Decode(json.RootElement.GetProperty("bytecode").GetString()!);
        ErrorNames = json.RootElement.GetProperty("abi").EnumerateArray()
            .Where(entry => entry.GetProperty("type").GetString() == "error")
            .ToDictionary(entry => Hex.Encode(Abi.Selector(SignatureOf(entry))), SignatureOf);
    }

    public static ContractArtifact MarketEscrow { get; } = new("MarketEscrow");

    public static ContractArtifact ProviderBond { get; } = new("ProviderBond");

    public static ContractArtifact MarketToken { get; } = new("MarketToken");

    public byte[] Bytecode { get; }

    /// <summary>Error signatures by their four-byte selector in hex.</summary>
    public IReadOnlyDictionary<string, string> ErrorNames { get; }

    /// <summary>A revert's data as the contract's error and its raw values.</summary>
    public string Explain(byte[] revertData)
    {
        var selector = revertData.Length >= 4 ? Hex.Encode(revertData.AsSpan(0, 4)) : "";
        var name = ErrorNames.GetValueOrDefault(selector, "an error that the contract does not name");
        return $"{name} {Hex.Encode(revertData)}";
    }

    private static string SignatureOf(JsonElement entry)
    {
        var inputs = entry.GetProperty("inputs").EnumerateArray().Select(input => input.GetProperty("type").GetString());
        return $"{entry.GetProperty("name").GetString()}({string.Join(',', inputs)})";
    }
}
