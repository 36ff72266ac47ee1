"""x"""
import integrity
test_declared = integrity.declared_tests()
