using System.Text.Json;
using Marketplace.Api;

namespace Marketplace.Cli;

/// <summary>What the operator says of itself, and what a user's folder keeps of that in <c>chain.json</c>.</summary>
public static class OperatorInfo
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <exception cref="UsageException">Something else answers there.</exception>
    /// <exception cref="HttpRequestException">Nothing answers there.</exception>
    public static async Task<OperatorView> AskAsync(Uri url, CancellationToken ct)
    {
        using var http = new HttpClient { Timeout = Patience };
        try
        {
            return await http.GetFromJsonAsync<OperatorView>(new Uri(url, "/v1/info"), ct)
                ?? throw new UsageException($"{url} is no operator of this market.");
        }
        catch (JsonException)
        {
            throw new UsageException($"{url} is no operator of this market.");
        }
        catch (TaskCanceledException silence) when (!ct.IsCancellationRequested)
        {
            throw new HttpRequestException($"{url} did not answer within {Patience.TotalSeconds} s.", silence);
        }
    }

    /// <summary>What the folder knows; null when it never met an operator.</summary>
    /// <exception cref="UsageException">The file is there and cannot be read.</exception>
    public static OperatorView? Load(string folder)
    {
        var path = PathIn(folder);
        try
        {
            return File.Exists(path)
                ? JsonSerializer.Deserialize<OperatorView>(File.ReadAllText(path), Readable) : null;
        }
        catch (JsonException)
        {
            throw new UsageException($"{path} is damaged: delete it and name the operator once more.");
        }
    }

    /// <summary>Keeps what the operator said, so that the folder's owner needs it no more.</summary>
    /// <exception cref="UsageException">The folder belongs to another market.</exception>
    public static void Keep(string folder, OperatorView told)
    {
        if (Load(folder) is { } known
            && (known.ChainId, known.Escrow, known.OperatorId) != (told.ChainId, told.Escrow, told.OperatorId))
        {
            throw new UsageException(
                $"{folder} belongs to operator {known.OperatorId} at escrow {known.Escrow} of chain {known.ChainId}, "
                + $"and this is operator {told.OperatorId} at {told.Escrow} of chain {told.ChainId}: name another "
                + $"folder with --data, or delete {PathIn(folder)} if the market moved");
        }

        Directory.CreateDirectory(folder);
        var unfinished = PathIn(folder) + ".new";
        File.WriteAllText(unfinished, JsonSerializer.Serialize(told, Readable) + "\n");
        File.Move(unfinished, PathIn(folder), overwrite: true);
    }

    private static string PathIn(string folder) => Path.Combine(folder, "chain.json");
}
