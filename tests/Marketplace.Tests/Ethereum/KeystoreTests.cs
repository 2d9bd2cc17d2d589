using CsCheck;
using FluentAssertions;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Ethereum;

public sealed class KeystoreTests
{
    private const string Secret = "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
    private const int FastN = 4;

    private static readonly PrivateKey Key = PrivateKey.FromBytes(Hex.Decode(Secret));

    // The two test vectors of the Web3 Secret Storage definition.
    private const string Pbkdf2Vector = """
        {
          "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": { "iv": "6087dab2f9fdbbfaddc31a909735c1e6" },
            "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
            "kdf": "pbkdf2",
            "kdfparams": {
              "c": 262144, "dklen": 32, "prf": "hmac-sha256",
              "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"
            },
            "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"
          },
          "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
          "version": 3
        }
        """;

    private const string ScryptVector = """
        {
          "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": { "iv": "83dbcc02d8ccb40e466191a123791e0e" },
            "ciphertext": "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
            "kdf": "scrypt",
            "kdfparams": {
              "dklen": 32, "n": 262144, "p": 8, "r": 1,
              "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"
            },
            "mac": "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"
          },
          "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
          "version": 3
        }
        """;

    [Theory]
    [InlineData(Pbkdf2Vector)]
    [InlineData(ScryptVector)]
    public void The_published_files_open_with_their_password(string json) =>
        Hex.Encode(Keystore.Decrypt(json, "testpassword").Value.ToBytes()).Should().Be(Secret);

    [Fact]
    public void A_file_that_was_written_opens_again() =>
        Gen.Select(EthereumGen.Key, Gen.String, Gen.Byte.Array[32], Gen.Byte.Array[16], Gen.Guid).Sample(
            (key, password, salt, iv, id) =>
            {
                var json = Keystore.Encrypt(key, password, salt, iv, id, FastN);

                return Keystore.Decrypt(json, password).Value.Address == key.Address
                    && Keystore.Decrypt(json, password + "x") == KeystoreRejection.WrongPassword;
            },
            iter: 50);

    [Theory]
    [InlineData("\"version\":3", "\"version\":1", KeystoreRejection.UnsupportedVersion)]
    [InlineData("\"version\":3", "\"edition\":3", KeystoreRejection.Malformed)]
    [InlineData("\"version\":3", "\"version\":\"3\"", KeystoreRejection.Malformed)]
    [InlineData("\"version\":3", "\"version\":", KeystoreRejection.Malformed)]
    [InlineData("aes-128-ctr", "aes-128-cbc", KeystoreRejection.UnsupportedAlgorithm)]
    [InlineData("\"scrypt\"", "\"argon2\"", KeystoreRejection.UnsupportedAlgorithm)]
    [InlineData("\"dklen\":32", "\"dklen\":16", KeystoreRejection.UnsupportedAlgorithm)]
    [InlineData("\"n\":4,", "\"n\":5,", KeystoreRejection.Malformed)]
    [InlineData("\"n\":4,", "\"n\":1073741824,", KeystoreRejection.CostTooHigh)]
    [InlineData("\"p\":1,", "\"p\":1000,", KeystoreRejection.CostTooHigh)]
    [InlineData("\"p\":1,", "\"p\":0,", KeystoreRejection.Malformed)]
    [InlineData("\"mac\":\"", "\"mac\":\"00", KeystoreRejection.Malformed)]
    [InlineData("\"iv\":\"00", "\"iv\":\"01", KeystoreRejection.NotTheKey)]
    public void A_file_that_is_not_right_says_why(string right, string wrong, KeystoreRejection reason)
    {
        var json = Keystore.Encrypt(Key, "p", new byte[32], new byte[16], Guid.Empty, FastN);

        json.Should().Contain(right);
        Keystore.Decrypt(json.Replace(right, wrong, StringComparison.Ordinal), "p").Should()
            .Be((Result<PrivateKey, KeystoreRejection>)reason);
    }
}
