using System.Security.Cryptography;
using Marketplace.Ethereum;

namespace Marketplace.Cli;

/// <summary>
/// Keys in a folder, each an encrypted keystore (Web3 secret storage). The password comes from <c>MKT_PASSWORD</c>, or
/// from a file beside the keys that only its owner can read and that the first use makes.
/// </summary>
public sealed class Wallet(string directory)
{
    // A key that a program must open unattended is as safe as the file with its password: the work factor is moderate.
    private const int ScryptN = 1 << 13;

    public PrivateKey Open(string name)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, $"{name}.json");
        if (!File.Exists(path))
        {
            return Create(path);
        }

        var opened = Keystore.Decrypt(File.ReadAllText(path), Password());
        return opened.TryGet(out var key)
            ? key
            : throw new UsageException(
                $"The keystore {path} does not open: {opened.Rejection}. Is MKT_PASSWORD right?");
    }

    private PrivateKey Create(string path)
    {
        var key = PrivateKey.Create(RandomNumberGenerator.GetBytes);
        var id = new Guid(RandomNumberGenerator.GetBytes(16));
        WritePrivate(
            path,
            Keystore.Encrypt(
                key, Password(), RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(16), id, ScryptN));
        return key;
    }

    private string Password()
    {
        if (Environment.GetEnvironmentVariable("MKT_PASSWORD") is { Length: > 0 } given)
        {
            return given;
        }

        var path = Path.Combine(directory, "password");
        if (!File.Exists(path))
        {
            WritePrivate(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));
        }

        return File.ReadAllText(path);
    }

    private static void WritePrivate(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new StreamWriter(path, options);
        file.Write(text);
    }
}
