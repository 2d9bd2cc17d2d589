using System.Collections.Frozen;
using System.Text.Json;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>Why a call reverted, in the contracts' own words.</summary>
/// <param name="Name">The error's name, such as <c>InsufficientFree</c>.</param>
/// <param name="Values">Its values by name, in order.</param>
public sealed record RevertReason(string Name, IReadOnlyList<KeyValuePair<string, string>> Values)
{
    private const int SelectorBytes = 4;

    private static readonly FrozenDictionary<uint, ErrorShape> Known = Shapes();

    /// <summary>Reads what a reverted call returned; bytes of no known error keep their hex as the name.</summary>
    public static RevertReason Read(ReadOnlySpan<byte> data)
    {
        if (data.Length < SelectorBytes)
        {
            return new RevertReason("NoReason", []);
        }

        return Known.TryGetValue(Selector(data), out var shape) && shape.TryRead(data[SelectorBytes..], out var values)
            ? new RevertReason(shape.Name, values)
            : new RevertReason(Hex.Encode(data), []);
    }

    /// <summary>The reason of a node's refusal; null when the refusal is not a revert.</summary>
    public static RevertReason? Of(RpcErrorException refusal)
    {
        if (Hex.TryDecode(refusal.DataHex, out var data) && data.Length >= SelectorBytes)
        {
            return Read(data);
        }

        return refusal.RpcMessage.Contains("revert", StringComparison.OrdinalIgnoreCase)
            ? new RevertReason("NoReason", [])
            : null;
    }

    /// <summary><c>InsufficientFree(buyer: 0x…, wanted: 5, free: 0)</c>.</summary>
    public override string ToString() =>
        $"{Name}({string.Join(", ", Values.Select(value => $"{value.Key}: {value.Value}"))})";

    private static FrozenDictionary<uint, ErrorShape> Shapes()
    {
        var shapes = new Dictionary<uint, ErrorShape>();
        ErrorShape[] builtIn =
        [
            new("Error", [new("message", "string")]), new("Panic", [new("code", "uint256")]),
        ];
        ContractArtifact[] contracts =
        [
            ContractArtifact.MarketEscrow, ContractArtifact.MarketRegistry, ContractArtifact.ProviderBond,
            ContractArtifact.MarketToken,
        ];
        foreach (var shape in builtIn.Concat(contracts.SelectMany(ErrorsOf)))
        {
            shapes[Selector(Abi.Selector(shape.Signature))] = shape;
        }

        return shapes.ToFrozenDictionary();
    }

    private static List<ErrorShape> ErrorsOf(ContractArtifact contract)
    {
        using var abi = JsonDocument.Parse(contract.AbiJson);
        return [.. abi.RootElement.EnumerateArray()
            .Where(item => item.GetProperty("type").GetString() == "error")
            .Select(item => new ErrorShape(
                item.GetProperty("name").GetString()!,
                [.. item.GetProperty("inputs").EnumerateArray().Select(input => new KeyValuePair<string, string>(
                    input.GetProperty("name").GetString()!, input.GetProperty("type").GetString()!))]))];
    }

    private static uint Selector(ReadOnlySpan<byte> data) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(data);

    private sealed record ErrorShape(string Name, IReadOnlyList<KeyValuePair<string, string>> Inputs)
    {
        public string Signature => $"{Name}({string.Join(',', Inputs.Select(input => input.Value))})";

        public bool TryRead(ReadOnlySpan<byte> encoded, out IReadOnlyList<KeyValuePair<string, string>> values)
        {
            var reader = new AbiReader(encoded.ToArray());
            try
            {
                values = [.. Inputs.Select(input =>
                    new KeyValuePair<string, string>(input.Key, ReadValue(reader, input.Value)))];
                reader.End();
                return true;
            }
            catch (AbiDecodingException)
            {
                values = [];
                return false;
            }
        }

        private static string ReadValue(AbiReader reader, string type) => type switch
        {
            "address" => reader.Address().ToString(),
            "string" => reader.String(),
            "bytes32" => reader.Hash32().ToString(),
            _ when type.StartsWith("uint", StringComparison.Ordinal) => reader.UInt256().ToString(),
            _ => throw new AbiDecodingException($"No error of the contracts has a {type}."),
        };
    }
}
