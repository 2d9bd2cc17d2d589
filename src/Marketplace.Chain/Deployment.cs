using System.Text.Json;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>Where the contracts stand on one chain.</summary>
/// <param name="StartBlock">No event of the contracts is in an earlier block.</param>
public sealed record Deployment(
    ulong ChainId, EthAddress Token, EthAddress Escrow, EthAddress Bond, BlockNumber StartBlock)
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Null when there is no such file.</summary>
    /// <exception cref="JsonException">The file is no deployment.</exception>
    public static Deployment? Load(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize<Deployment>(File.ReadAllText(path), Readable) : null;

    /// <summary>Writes the whole file or nothing.</summary>
    public void Save(string path)
    {
        var unfinished = path + ".new";
        File.WriteAllText(unfinished, JsonSerializer.Serialize(this, Readable) + "\n");
        File.Move(unfinished, path, overwrite: true);
    }
}
