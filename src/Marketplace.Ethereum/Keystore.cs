using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Marketplace.Kernel;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;

namespace Marketplace.Ethereum;

/// <summary>Why a key file was not opened, in order of precedence.</summary>
public enum KeystoreRejection : byte
{
    /// <summary>Not a version 3 key file: broken JSON, missing members or members of the wrong kind.</summary>
    Malformed = 1,

    /// <summary>The version is not 3.</summary>
    UnsupportedVersion = 2,

    /// <summary>The cipher is not AES-128-CTR, or the derivation neither scrypt nor PBKDF2-HMAC-SHA256.</summary>
    UnsupportedAlgorithm = 3,

    /// <summary>The file asks for more work or memory than any wallet writes.</summary>
    CostTooHigh = 4,

    /// <summary>The password does not match, or the file was changed.</summary>
    WrongPassword = 5,

    /// <summary>What was encrypted is no secp256k1 secret, or not that of the address written beside it.</summary>
    NotTheKey = 6,
}

/// <summary>Encrypted key files: Web3 Secret Storage version 3 (scrypt or PBKDF2, AES-128-CTR, Keccak MAC).</summary>
public static class Keystore
{
    /// <summary>The cost that geth uses: about a second and 256 MiB.</summary>
    public const int StandardScryptN = 1 << 18;

    private const int DerivedLength = 32;
    private const int ScryptR = 8;
    private const int ScryptP = 1;

    /// <param name="salt">32 random bytes.</param>
    /// <param name="iv">16 random bytes.</param>
    /// <param name="scryptN">A power of two; <see cref="StandardScryptN"/> outside tests.</param>
    public static string Encrypt(PrivateKey key, string password, byte[] salt, byte[] iv, Guid id, int scryptN)
    {
        var derived = Scrypt.Derive(Encoding.UTF8.GetBytes(password), salt, scryptN, ScryptR, ScryptP, DerivedLength);
        var cipherText = ApplyCipher(derived, iv, key.ToBytes());
        return JsonSerializer.Serialize(new
        {
            version = 3,
            id,
            address = Convert.ToHexStringLower(key.Address.ToBytes()),
            crypto = new
            {
                cipher = KeystoreFile.Cipher,
                cipherparams = new { iv = Convert.ToHexStringLower(iv) },
                ciphertext = Convert.ToHexStringLower(cipherText),
                kdf = "scrypt",
                kdfparams = new
                {
                    dklen = DerivedLength,
                    n = scryptN,
                    r = ScryptR,
                    p = ScryptP,
                    salt = Convert.ToHexStringLower(salt),
                },
                mac = Convert.ToHexStringLower(Mac(derived, cipherText)),
            },
        });
    }

    public static Result<PrivateKey, KeystoreRejection> Decrypt(string json, string password)
    {
        var read = KeystoreFile.Read(json);
        if (!read.TryGet(out var file))
        {
            return read.Rejection;
        }

        var derived = file.Derive(Encoding.UTF8.GetBytes(password));
        if (!CryptographicOperations.FixedTimeEquals(Mac(derived, file.CipherText), file.Mac))
        {
            return KeystoreRejection.WrongPassword;
        }

        var isKey = PrivateKey.TryFromBytes(ApplyCipher(derived, file.Iv, file.CipherText), out var key);
        return isKey && (file.Address is null || file.Address == key!.Address) ? key! : KeystoreRejection.NotTheKey;
    }

    private static byte[] Mac(byte[] derived, byte[] cipherText) =>
        Keccak256.Hash([.. derived.AsSpan(16, 16), .. cipherText]).ToBytes();

    // In counter mode encryption and decryption are the same.
    private static byte[] ApplyCipher(byte[] derived, byte[] iv, byte[] input)
    {
        var cipher = new BufferedBlockCipher(new SicBlockCipher(new AesEngine()));
        cipher.Init(true, new ParametersWithIV(new KeyParameter(derived, 0, 16), iv));
        return cipher.DoFinal(input);
    }
}
