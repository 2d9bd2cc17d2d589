using System.Security.Cryptography;
using Marketplace.Kernel;

namespace Marketplace.Gateway;

/// <summary>API keys: shown once, kept only as a hash.</summary>
public sealed class ApiKeys(PurchaseStore purchases)
{
    private static readonly TokenAmount NoLimit = new(long.MaxValue / 4);

    /// <summary>Makes a key.</summary>
    /// <returns>The key itself, which is stored nowhere.</returns>
    public async Task<string> CreateAsync(TokenAmount? totalLimit, TokenAmount? dayLimit, CancellationToken ct)
    {
        var text = "mk_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        await purchases.AddKeyAsync(new ApiKey(HashOf(text), totalLimit ?? NoLimit, dayLimit ?? NoLimit), ct);
        return text;
    }

    /// <summary>The first start makes a key and writes it to a file that only its owner can read.</summary>
    public async Task EnsureFirstAsync(string path, CancellationToken ct)
    {
        if (File.Exists(path))
        {
            return;
        }

        var key = await CreateAsync(null, null, ct);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new StreamWriter(path, options);
        await file.WriteAsync(key);
    }

    public async Task<ApiKey?> FindAsync(string? authorization, CancellationToken ct)
    {
        const string Scheme = "Bearer ";
        return authorization is not null && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? await purchases.FindKeyAsync(HashOf(authorization[Scheme.Length..].Trim()), ct)
            : null;
    }

    private static Hash32 HashOf(string key) => new(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key)));
}
