using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>A key file's members, checked for form and cost before any work is done.</summary>
internal sealed record KeystoreFile(
    EthAddress? Address, byte[] Iv, byte[] CipherText, byte[] Mac, Func<byte[], byte[]> Derive)
{
    public const string Cipher = "aes-128-ctr";

    private const int DerivedLength = 32;
    private const int MaxIterations = 10_000_000;
    private const int MaxScryptP = 16;
    private const long MaxScryptBytes = 1L << 29; // twice what geth asks for

    public static Result<KeystoreFile, KeystoreRejection> Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException
            or KeyNotFoundException or FormatException)
        {
            return KeystoreRejection.Malformed; // what JsonElement throws for a missing or mistyped member
        }
    }

    private static Result<KeystoreFile, KeystoreRejection> Read(JsonElement root)
    {
        if (root.GetProperty("version").GetInt32() != 3)
        {
            return KeystoreRejection.UnsupportedVersion;
        }

        var crypto = Crypto(root);
        if (crypto.GetProperty("cipher").GetString() != Cipher)
        {
            return KeystoreRejection.UnsupportedAlgorithm;
        }

        var derive = ReadDerivation(crypto.GetProperty("kdf").GetString(), crypto.GetProperty("kdfparams"));
        if (!derive.TryGet(out var derivation))
        {
            return derive.Rejection;
        }

        return new KeystoreFile(
            root.TryGetProperty("address", out var address) ? EthAddress.Parse(Text(address)) : null,
            Hex.DecodeExact(Text(crypto.GetProperty("cipherparams").GetProperty("iv")), 16),
            Hex.DecodeExact(Text(crypto.GetProperty("ciphertext")), PrivateKey.Length),
            Hex.DecodeExact(Text(crypto.GetProperty("mac")), Hash32.Length),
            derivation);
    }

    // Early files spell the member with a capital.
    private static JsonElement Crypto(JsonElement root) =>
        root.TryGetProperty("crypto", out var crypto) ? crypto : root.GetProperty("Crypto");

    private static Result<Func<byte[], byte[]>, KeystoreRejection> ReadDerivation(string? kdf, JsonElement parameters)
    {
        if (kdf is not ("scrypt" or "pbkdf2"))
        {
            return KeystoreRejection.UnsupportedAlgorithm;
        }

        var salt = Hex.Decode(Text(parameters.GetProperty("salt")));
        if (parameters.GetProperty("dklen").GetInt32() != DerivedLength)
        {
            return KeystoreRejection.UnsupportedAlgorithm;
        }

        return kdf == "scrypt" ? ReadScrypt(parameters, salt) : ReadPbkdf2(parameters, salt);
    }

    private static Result<Func<byte[], byte[]>, KeystoreRejection> ReadScrypt(JsonElement parameters, byte[] salt)
    {
        var n = parameters.GetProperty("n").GetInt32();
        var r = parameters.GetProperty("r").GetInt32();
        var p = parameters.GetProperty("p").GetInt32();
        if (n < 2 || !BitOperations.IsPow2(n) || r < 1 || p < 1)
        {
            return KeystoreRejection.Malformed;
        }

        if (p > MaxScryptP || (Int128)n * r * 128 > MaxScryptBytes)
        {
            return KeystoreRejection.CostTooHigh;
        }

        return (Func<byte[], byte[]>)(password => Scrypt.Derive(password, salt, n, r, p, DerivedLength));
    }

    private static Result<Func<byte[], byte[]>, KeystoreRejection> ReadPbkdf2(JsonElement parameters, byte[] salt)
    {
        if (parameters.GetProperty("prf").GetString() != "hmac-sha256")
        {
            return KeystoreRejection.UnsupportedAlgorithm;
        }

        var iterations = parameters.GetProperty("c").GetInt32();
        return iterations switch
        {
            < 1 => KeystoreRejection.Malformed,
            > MaxIterations => KeystoreRejection.CostTooHigh,
            _ => (Func<byte[], byte[]>)(password => Rfc2898DeriveBytes.Pbkdf2(
                password, salt, iterations, HashAlgorithmName.SHA256, DerivedLength)),
        };
    }

    private static string Text(JsonElement value) => value.GetString() ?? throw new FormatException("Not a text.");
}
