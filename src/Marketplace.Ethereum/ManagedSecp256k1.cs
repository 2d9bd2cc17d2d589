using Marketplace.Kernel;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;
using Org.BouncyCastle.Utilities;

namespace Marketplace.Ethereum;

/// <summary>The curve by BouncyCastle: slower and not constant-time, but always there.</summary>
internal sealed class ManagedSecp256k1 : ISecp256k1Backend
{
    private static readonly X9ECParameters Curve = CustomNamedCurves.GetByName("secp256k1");
    private static readonly BigInteger HalfOrder = Curve.N.ShiftRight(1);

    public string Name => "BouncyCastle";

    public byte[] PublicKey(ReadOnlySpan<byte> secret) => Write(BaseTimes(new BigInteger(1, secret)));

    public EthSignature Sign(ReadOnlySpan<byte> secret, Hash32 digest)
    {
        var key = new BigInteger(1, secret);
        var message = new BigInteger(1, digest.ToBytes());
        var nonces = new HMacDsaKCalculator(new Sha256Digest());
        nonces.Init(Curve.N, key, digest.ToBytes());
        while (true)
        {
            var nonce = nonces.NextK();
            var point = BaseTimes(nonce).Normalize();
            var x = point.AffineXCoord.ToBigInteger();
            var r = x.Mod(Curve.N);
            var s = BigIntegers.ModOddInverse(Curve.N, nonce).Multiply(message.Add(r.Multiply(key))).Mod(Curve.N);

            // x above the order would need a recovery id that Ethereum does not have; it happens once in 2^127.
            if (r.SignValue == 0 || s.SignValue == 0 || x.CompareTo(Curve.N) >= 0)
            {
                continue;
            }

            var isOdd = point.AffineYCoord.TestBitZero();
            var isHigh = s.CompareTo(HalfOrder) > 0;
            var recoveryId = (byte)(isOdd != isHigh ? 1 : 0);
            return new EthSignature(ToWord(r), ToWord(isHigh ? Curve.N.Subtract(s) : s), recoveryId);
        }
    }

    public byte[]? RecoverPublicKey(Hash32 digest, EthSignature signature)
    {
        if (Decompress(signature) is not { } point)
        {
            return null;
        }

        var inverse = BigIntegers.ModOddInverse(Curve.N, new BigInteger(1, signature.R.ToBytes()));
        var message = new BigInteger(1, digest.ToBytes()).Mod(Curve.N);
        var onBase = inverse.Multiply(Curve.N.Subtract(message)).Mod(Curve.N);
        var onPoint = inverse.Multiply(new BigInteger(1, signature.S.ToBytes())).Mod(Curve.N);
        var publicKey = ECAlgorithms.SumOfTwoMultiplies(Curve.G, onBase, point, onPoint);
        return publicKey.IsInfinity ? null : Write(publicKey);
    }

    private static ECPoint? Decompress(EthSignature signature)
    {
        try
        {
            return Curve.Curve.DecodePoint([(byte)(2 + signature.RecoveryId), .. signature.R.ToBytes()]);
        }
        catch (ArgumentException)
        {
            return null; // no point of the curve has this x
        }
    }

    private static ECPoint BaseTimes(BigInteger scalar) => new FixedPointCombMultiplier().Multiply(Curve.G, scalar);

    private static byte[] Write(ECPoint point) => point.Normalize().GetEncoded(compressed: false)[1..];

    private static Hash32 ToWord(BigInteger value) => new(BigIntegers.AsUnsignedByteArray(Hash32.Length, value));
}
