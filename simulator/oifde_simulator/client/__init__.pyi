from oifde_simulator_client import *
